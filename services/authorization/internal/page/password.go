package page

import (
	"errors"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/password"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/web/pages"
)

// changePassword replaces the user's own password, for whoever knows it: a
// browser that was left signed in does not suffice. Attempts count together with
// those to log in. All sessions and grants end with the old password; this
// browser gets a new session.
func (v *visit) changePassword(s *store.Standing, form oauth.Params) error {
	failure, err := v.proveOwner(s.User.UserID, form.Get("current_password"))
	if err != nil {
		return err
	}
	if failure != "" {
		return v.showAccount(s, failure)
	}
	if domain.CheckPassword(form.Get("new_password")) != nil {
		return v.showAccount(s, pages.PasswordUnfit)
	}
	phc, err := v.Passwords.Hash(v.ctx, form.Get("new_password"))
	switch {
	case errors.Is(err, password.ErrBusy):
		return v.showAccount(s, pages.PasswordBusy)
	case err != nil:
		return oauth.ErrTemporarilyUnavailable.Because("the password could not be hashed", err)
	}
	facts, err := v.Store.Workspace(v.w).SetPassword(v.ctx, s.User.UserID, phc, v.userEvent("user.password", s.User.UserID, "user", s.User.UserID))
	if err != nil {
		return v.done(nil, err, pages.NoticePasswordChanged)
	}
	v.Ended(v.ctx, facts)
	_, token, refused, err := v.startSession(s.User)
	switch {
	case err != nil:
		return err
	case refused != "":
		return errSignedOut
	}
	v.browser.SetSession(token)
	return v.done(nil, nil, pages.NoticePasswordChanged)
}

// proveOwner tells why the password is not the user's; nothing where it is.
func (v *visit) proveOwner(userID, presented string) (pages.PasswordError, error) {
	user, err := v.Store.Workspace(v.w).User(v.ctx, userID)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return "", errSignedOut
	case err != nil:
		return "", oauth.ErrTemporarilyUnavailable.Because("the user could not be looked up", err)
	}
	who := claimant{user: user, counter: userID}
	if who.attempts, err = v.browser.Count(v.ctx, userID); err != nil {
		return "", err
	}
	failure, err := v.authenticate(who, presented)
	switch {
	case err != nil:
		return "", err
	case failure == pages.LoginBusy:
		return pages.PasswordBusy, nil
	case failure != "":
		return pages.PasswordWrong, nil
	}
	// What stays if this fails ends with its window.
	_ = v.browser.Succeeded(v.ctx, userID)
	return "", nil
}
