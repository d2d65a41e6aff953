package tenantadmin

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"net/url"
	"strings"
	"time"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/services/tenant-admin/internal/endpoint"
	"github.com/signet-authz/signet/services/tenant-admin/internal/mail"
	"github.com/signet-authz/signet/services/tenant-admin/internal/rules"
)

// MessageKind says what a message is for.
type MessageKind string

// The kinds of messages.
const (
	MessageVerification MessageKind = "verification" // prove that the address is yours
	MessageInvitation   MessageKind = "invitation"   // become a member of a tenant
)

// Message is what a Mailer sends. Its Token must reach nobody but the address:
// neither a log nor a trace.
type Message struct {
	Kind  MessageKind
	To    string // an e-mail address
	TID   string // the tenant that it is about
	Token string // to be posted to /api/v1/tenants/{tid}/verify or …/invitations/accept
}

// Mailer hands a message over for delivery. An error means that it was not
// taken.
type Mailer interface {
	Send(ctx context.Context, m Message) error
}

// letters is the Mailer of a deployment with a mail server: links to the pages
// of the console, with the token in the fragment, which no server sees.
type letters struct {
	sender *mail.Sender
	public string
}

// Send writes to the person, without a word that came from somebody else: a
// registration must not carry a stranger's text to a third.
func (l letters) Send(ctx context.Context, m Message) error {
	page, subject, lead := "verify", "Verify your e-mail address", "Somebody registered the tenant "+m.TID+" with this address. If it was you, open this link within a day:"
	if m.Kind == MessageInvitation {
		page, subject, lead = "invitation", "You are invited to "+m.TID, "You are invited to administer the tenant "+m.TID+". To accept, open this link:"
	}
	link := l.public + rules.ConsolePath + "/" + page + "?tid=" + url.QueryEscape(m.TID) + "#token=" + url.QueryEscape(m.Token)
	return l.sender.Send(ctx, m.To, subject, lead+"\n\n"+link+"\n\nIf you do not know what this is about, nothing happens unless you open it.\n")
}

// registration is how the endpoints see the settings.
func (d Deps) registration() endpoint.Registration {
	r := endpoint.Registration{
		Mode: endpoint.RegistrationMode(d.Registration.Mode), PerSource: d.Registration.PerSource, Per: d.Registration.Per,
		Invited: func(invitation, tid, email string) bool { return invited(d.Root, invitation, tid, email, d.Now()) },
	}
	if d.Mailer != nil {
		r.Verify = d.send(MessageVerification)
		r.Invite = d.send(MessageInvitation)
	}
	return r
}

func (d Deps) send(kind MessageKind) func(ctx context.Context, email, tid, token string) error {
	return func(ctx context.Context, email, tid, token string) error {
		return d.Mailer.Send(ctx, Message{Kind: kind, To: email, TID: tid, Token: token})
	}
}

// purposeInvitation separates the MACs of invitations from all others.
const purposeInvitation = "tenant-registration"

// RegistrationInvitation is what the operator of a service in the mode invite
// gives to somebody who may register the tenant tid with the owner's address
// email until expires. Nothing is stored: a name can be registered once only,
// and so an invitation bound to a name is good for one use.
func RegistrationInvitation(root *keys.Root, tid, email string, expires time.Time) (string, error) {
	canonical, err := domain.CanonicalLogin(email)
	if err != nil {
		return "", err
	}
	until := binary.BigEndian.AppendUint64(nil, uint64(expires.Unix()))
	mac := root.MAC(purposeInvitation, []byte(tid), []byte(canonical), until)
	return base64.RawURLEncoding.EncodeToString(append(until, mac...)), nil
}

func invited(root *keys.Root, invitation, tid, email string, now time.Time) bool {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(strings.TrimSpace(invitation))
	if err != nil || len(raw) <= 8 {
		return false
	}
	canonical, err := domain.CanonicalLogin(email)
	if err != nil {
		return false
	}
	until := raw[:8]
	return root.VerifyMAC(raw[8:], purposeInvitation, []byte(tid), []byte(canonical), until) &&
		now.Unix() < int64(binary.BigEndian.Uint64(until))
}
