// Package statistics counts how requests end, for the overview of a workspace:
// by endpoint, grant, client authentication method, outcome and reason, and how
// long they took. A request costs it one look-up in memory; what was counted is
// written in the background, every few seconds and when the process ends.
//
// Counting is bounded, whoever calls: a series has only words that the product
// itself knows, a workspace has so many series and a process so many workspaces
// between two writes. What comes beyond is counted as "other", or dropped and
// counted as lost. Statistics are of best effort; what must be exact is package
// store's and what must be listed is in the history (package audit).
//
// It imports domain and tenancy. Package trace tells it of requests, the pages of
// the authorization service of logins and consents, and package boot gives it the
// writing function of store.Platform.
package statistics
