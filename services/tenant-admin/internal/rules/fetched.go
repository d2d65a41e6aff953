package rules

import (
	"errors"
	"net/url"
	"strings"

	"github.com/signet-authz/signet/pkg/oauth"
)

// httpsURL refuses whatever is no plain https URL.
func httpsURL(raw string) error {
	if err := oauth.CheckWebURI(raw); err != nil {
		return err
	}
	if u, err := url.Parse(raw); err != nil || u.Scheme != "https" {
		return errors.New("the scheme must be https")
	}
	return nil
}

// fetched refuses a URL from which the service would never fetch: one that is
// not https, and its own. Whether a host is one of the public internet is for
// the dialer to say, by the address that it really reaches and at the time: a
// rule here could but guess by the name's looks.
func fetched(raw string, s Surroundings) error {
	if err := httpsURL(raw); err != nil {
		return err
	}
	u, err := url.Parse(raw)
	if err != nil {
		return errors.New("this is not a URL")
	}
	if own, err := url.Parse(s.PublicURL); err == nil && strings.EqualFold(u.Host, own.Host) {
		return errors.New("this is the authorization server itself")
	}
	return nil
}
