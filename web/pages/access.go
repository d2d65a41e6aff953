package pages

import (
	"slices"
	"strconv"
)

// access is what a client may do and for how long, ready to be shown. The
// consent, device and account pages share it.
type access struct {
	New, Known []scopeText // Known: allowed before
	Choice     bool        // of what is new, something may be left out
	Offline    bool
	// OfflineField is the checkbox of offline access; empty where there is none.
	OfflineField string
	// Idle says after how many days unused access ends; empty where unknown.
	Idle []segment
}

// scopeText is one scope in words. Token is shown only where the words are not
// the product's own. Field is its checkbox; empty where there is none.
type scopeText struct{ Title, Text, Token, Field string }

// newAccess words the scopes in the order given. offline_access is told as the
// length of access, not as a thing of its own. With choice, what is new may be
// left out, save openid.
func newAccess(c catalogue, scopes []ScopeView, offline bool, idleDays int, choice bool) (access, error) {
	a := access{Offline: offline}
	for i, s := range scopes {
		if slices.ContainsFunc(scopes[:i], func(before ScopeView) bool { return before.Name == s.Name }) {
			continue // said already
		}
		field := ""
		if choice && s.New && s.Name != "openid" && scopeToken(s.Name) {
			field = ScopeField(s.Name)
			a.Choice = true
		}
		if s.Name == "offline_access" {
			a.Offline, a.OfflineField = true, field
			continue
		}
		text := wordScope(c, s)
		text.Field = field
		if text.Title == "" {
			continue // nothing of it can be shown
		}
		if s.New {
			a.New = append(a.New, text)
		} else {
			a.Known = append(a.Known, text)
		}
	}
	if !a.Offline || idleDays <= 0 {
		return a, nil
	}
	key := "access.idle"
	if idleDays == 1 {
		key = "access.idle.one"
	}
	var err error
	a.Idle, err = c.say(key, "days", strconv.Itoa(idleDays))
	return a, err
}

// All is everything the client may do, however new.
func (a access) All() []scopeText { return slices.Concat(a.Known, a.New) }

func wordScope(c catalogue, s ScopeView) scopeText {
	if key := "scope." + s.Name; c.has(key) && c.has(key+".text") {
		return scopeText{Title: c[key], Text: c[key+".text"]}
	}
	if description := prose(s.Description); description != "" {
		return scopeText{Title: description, Token: name(s.Name)}
	}
	return scopeText{Title: name(s.Name), Text: c["scope.undescribed"]}
}
