// Package selfcheck tries a workspace out. It sends to the authorization server
// what a client, a browser and an attacker would send, holds every answer to what
// the RFCs and the workspace's own settings promise, and says of each what it
// means and which setting to change. It rests on RFC 9700 (OAuth 2.0 Security Best
// Current Practice), RFC 6749, 7636, 7662, 7009, 8414, 9068, 9126, 9207 and OpenID
// Connect Core.
//
// The requests are real, over the back channel by which the console signs people
// in; nothing here looks behind HTTP to learn an answer. The clients and the user
// of a run are made for it through the store, are marked such that no caller of the
// admin API could have made them, and go with it. What a run leaves behind because
// its process died, the next one or the upkeep removes.
//
// A probe is one entry in the list of its group, in the file of the group's name.
// Its neighbours are endpoint, which serves the report, and relying, which walks the
// same pages for people.
package selfcheck
