// Package pages renders everything that an end user's browser sees of a
// workspace: login, consent, device, logout, account, error and the form_post
// response (OAuth 2.0 Form Post Response Mode). It turns plain view models into
// HTML and knows no store, no session and no protocol state; the authorization
// service fills the models and sends the headers that Headers sets.
//
// Laws, each held by a test:
//
//   - A page needs no script. form_post alone has one, and its button works
//     without it. There is no inline script, no style attribute, no foreign
//     resource, so the policy of Headers is enough for every page.
//   - What comes from outside (client names, descriptions, login hints) is
//     stripped of control, bidirectional and invisible characters, cut to a
//     length, escaped by html/template and isolated by <bdi>.
//   - Links out are https with rel="noopener noreferrer"; images come from this
//     origin only.
//   - Every form of ours carries the fields "csrf" and "tx", and every button
//     the field "action". Ids are stable: tests of others hold on to them.
//   - Any brand colour stays readable: contrast of text is at least 4.5
//     (WCAG 2.2, 1.4.3) by day and by night.
//   - English and German say the same things.
package pages
