// Package request reads and judges authorization requests (RFC 6749, section
// 4.1.1; OpenID Connect Core, section 3.1.2). The steps stand in one visible
// matrix, each once and in order, with a column per endpoint that takes such a
// request; a check added there is made wherever it applies.
//
// Until the client and its redirect URI are proven, a fault is shown to the
// user and goes nowhere; from then on it is reported to the client.
package request
