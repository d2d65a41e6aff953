package keys

import (
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/tenancy"
)

// SelfCheckMark marks the requests of a self-check of the workspace, which begins
// now, as such: moment "." MAC.
func (r *Root) SelfCheckMark(w tenancy.Workspace, now time.Time) string {
	moment := strconv.FormatInt(now.Unix(), 10)
	return moment + "." + base64.RawURLEncoding.EncodeToString(r.mac(r.current, purposeSelfCheck, w.ID(), [][]byte{[]byte(moment)}))
}

// IsSelfCheckMark tells whether the mark was made for the workspace, a
// domain.ClockSkew ago at most.
func (r *Root) IsSelfCheckMark(w tenancy.Workspace, mark string, now time.Time) bool {
	moment, encoded, _ := strings.Cut(mark, ".")
	seconds, err := strconv.ParseInt(moment, 10, 64)
	if err != nil || now.Sub(time.Unix(seconds, 0)).Abs() > domain.ClockSkew {
		return false
	}
	mac, err := base64.RawURLEncoding.DecodeString(encoded)
	return err == nil && r.verifyMAC(mac, purposeSelfCheck, w.ID(), [][]byte{[]byte(moment)})
}
