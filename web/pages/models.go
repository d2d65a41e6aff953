package pages

import "time"

// Branding is what a workspace gives to its pages. The zero value is Signet's own.
type Branding struct {
	// DisplayName of the workspace, as its end users know it.
	DisplayName string
	// LogoURL is a path of this origin, such as /acme/default/logo. Anything
	// else is ignored, and the name's initial stands in its place.
	LogoURL string
	// Color is #rrggbb or empty. It needs the page's Nonce to take effect.
	Color string
}

// Page is what all pages have in common.
type Page struct {
	Branding
	// Lang is the language of the page, from Match. Unknown ones are English.
	Lang string
	// Title replaces the document's title; empty is the page's own.
	Title string
	// Action is where the page's forms are sent: a path of this origin. Empty
	// is the URL that the browser shows; anything else is a fault.
	Action string
	// CSRF and Tx are the values of the hidden fields "csrf" and "tx".
	CSRF, Tx string
	// TraceID is shown as "Reference".
	TraceID string
	// Explanation leads those who run the application from the reference to what
	// is kept of the request: a path of this origin; empty: nothing is.
	Explanation string
	// Nonce is from NewNonce and also in the Policy of the answer. Without it
	// the brand colour is left out.
	Nonce string
}

// LoginError is why the login page is shown again. The texts are fixed, so an
// unknown user, a wrong password and a locked account look the same.
type LoginError string

// Why a login did not succeed.
const (
	LoginRefused   LoginError = "refused"   // the pair of login and password is not right
	LoginThrottled LoginError = "throttled" // too many attempts
	LoginBusy      LoginError = "busy"      // the service cannot check passwords right now
	LoginAgain     LoginError = "again"     // the client asks for a fresh login; no fault of the user
)

// Login asks for a login and a password: ids login, password, login-submit,
// login-cancel.
type Login struct {
	Page
	// ClientName is who asked for the login; empty where nobody did.
	ClientName string
	// ClientLogoURL is a path of this origin, as in ClientView.
	ClientLogoURL string
	// LoginHint prefills the field "login" (OpenID Connect Core, 3.1.2.1).
	LoginHint string
	// Error is empty at the first showing. An unknown value is LoginRefused.
	Error LoginError
	// NoCancel leaves out the button that returns to the client.
	NoCancel bool
	// Demo users, each with a button that signs in at once.
	Demo []DemoUser
}

// DemoUser is a user of a sandbox. The password stands in the page, so these
// are for sandboxes only.
type DemoUser struct{ Name, Login, Password string }

// ClientView is a client as a person is to see it.
type ClientView struct {
	// Name is the client_name; empty becomes "This app".
	Name string
	// LogoURL is a path of this origin, which serves the logo itself.
	LogoURL string
	// PolicyURI, TosURI and ClientURI are shown where they are https.
	PolicyURI, TosURI, ClientURI string
	// Domain is the ASCII host to which the client's redirect URI belongs. Local
	// says that it leads to an app on the user's device instead.
	Domain string
	Local  bool
}

// ScopeView is one scope that is asked for or was given.
type ScopeView struct {
	// Name is the scope token. The standard ones have texts of their own.
	Name string
	// Description is the workspace's text for other scopes.
	Description string
	// New is true where the user has not yet allowed this client the scope.
	New bool
}

// Consent asks whether a client may have what it wants: ids consent-accept,
// consent-deny.
type Consent struct {
	Page
	Client ClientView
	// UserName and Email say whose account it is.
	UserName, Email string
	Scopes          []ScopeView
	// OfflineAccess says that access outlives the session. The scope
	// offline_access has the same effect.
	OfflineAccess bool
	// IdleDays after which unused offline access ends by itself; 0 is not shown.
	IdleDays int
	// Choice gives each new scope a checkbox, named by ScopeField and ticked at
	// first. What was allowed before stays, and openid with it.
	Choice bool
}

// ScopeField is the name and the id of a scope's checkbox.
func ScopeField(scope string) string { return "scope-" + scope }

// DeviceError is why the device page is shown again.
type DeviceError string

// Why a user code was not taken.
const (
	DeviceUnknown   DeviceError = "unknown"   // wrong, expired or used: one text for all
	DeviceThrottled DeviceError = "throttled" // too many attempts
)

// Device asks for the code that a device shows (RFC 8628, 3.3): ids user_code,
// device-submit.
type Device struct {
	Page
	// UserCode prefills the field (verification_uri_complete). What cannot be
	// a code is left out.
	UserCode string
	Error    DeviceError // unknown values are DeviceUnknown
}

// DeviceConfirm asks whether the device is the user's own and may have what it
// wants (RFC 8628, 5.4): ids device-accept, device-deny.
type DeviceConfirm struct {
	Page
	Client          ClientView
	UserCode        string
	UserName, Email string
	Scopes          []ScopeView
	OfflineAccess   bool
	IdleDays        int
}

// DeviceDone says that the person may return to the device.
type DeviceDone struct {
	Page
	ClientName string
	Accepted   bool
}

// Logout asks whether to sign out (OpenID Connect RP-Initiated Logout): ids
// logout-yes, logout-no.
type Logout struct {
	Page
	ClientName      string // who asked; empty where nobody did
	UserName, Email string
}

// SignedOut says that the session has ended, or that it has not.
type SignedOut struct {
	Page
	// Stayed is true where the user chose to stay signed in.
	Stayed bool
	// LoginURL is a path of this origin to sign in again; empty leaves it out.
	LoginURL string
}

// AccountNotice is what the account page reports at its top.
type AccountNotice string

// What was just done.
const (
	NoticeSessionEnded AccountNotice = "session_ended"
	NoticeOthersEnded  AccountNotice = "others_ended"
	NoticeAccessEnded  AccountNotice = "access_ended"

	NoticePasswordChanged AccountNotice = "password_changed"
)

// PasswordError is why a password was not changed.
type PasswordError string

// What stood against a change of the password.
const (
	PasswordWrong PasswordError = "wrong" // the current one is not right, or there were too many attempts
	PasswordUnfit PasswordError = "unfit" // the new one is too short or too long
	PasswordBusy  PasswordError = "busy"  // the service cannot check passwords right now
)

// SessionView is one session of the user.
type SessionView struct {
	ID                     string // value of the button "session"
	UserAgent              string // header as sent; shown as "Firefox on Linux"
	IP                     string
	SignedInAt, LastSeenAt time.Time // zero times are left out
	Current                bool      // the session of this browser
}

// GrantView is one client that the user has allowed something.
type GrantView struct {
	ClientID            string // value of the button "client_id"
	Client              ClientView
	Scopes              []ScopeView
	OfflineAccess       bool
	GivenAt, LastUsedAt time.Time
}

// Account lists the user's own sessions and allowed clients. Each has a form
// whose button carries the name "session" or "client_id" and the id as value;
// the one with the fields current_password and new_password, "action".
// One more, with the id end-others, ends every session but the current one.
type Account struct {
	Page
	UserName, Email string
	Notice          AccountNotice
	// HasPassword offers to change it; PasswordError is why that failed.
	HasPassword   bool
	PasswordError PasswordError
	Sessions      []SessionView
	Grants        []GrantView
}

// Field is one parameter of an authorization response.
type Field struct{ Name, Value string }

// FormPost carries an authorization response to the client by POST (OAuth 2.0
// Form Post Response Mode). Its form has no field of ours. The answer needs a
// Policy with Script and FormAction set.
type FormPost struct {
	Page
	ClientName string
	// RedirectURI is the client's registered one: https, or http on loopback.
	RedirectURI string
	// Fields are sent byte for byte, in order.
	Fields []Field
}

// Error tells a person what went wrong and what to do. Nothing of the request
// is shown.
type Error struct {
	Page
	Cause ErrorCause
	// BackURL is a path of this origin to go on from; empty leaves it out.
	BackURL string
}
