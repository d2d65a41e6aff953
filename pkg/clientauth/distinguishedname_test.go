package clientauth_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/pkg/clientauth"
)

func dnOf(t testing.TB, s string) clientauth.DistinguishedName {
	t.Helper()
	n, err := clientauth.ParseDistinguishedName(s)
	require.NoError(t, err, s)
	return n
}

// The examples of RFC 4514, section 4, among others.
func TestSpellingsOfOneNameAreTheSame(t *testing.T) {
	for _, row := range []struct{ written, spelling string }{
		{"UID=jsmith,DC=example,DC=net", "uid=jsmith,dc=example,dc=net"},
		{"UID=jsmith,DC=example,DC=net", " UID = jsmith , DC= example,DC =net "},
		{"UID=jsmith,DC=example,DC=net", "0.9.2342.19200300.100.1.1=jsmith,OID.0.9.2342.19200300.100.1.25=example,domainComponent=net"},
		{"OU=Sales+CN=J.  Smith,DC=example", "CN=J.  Smith+OU=Sales,DC=example"},
		{`CN=James \"Jim\" Smith\, III,DC=example`, `CN=James \22Jim\22 Smith\2C III,DC=example`},
		{`CN=Before\0dAfter`, `CN=Before\0DAfter`},
		{"CN=Lučić", `CN=Lu\C4\8Di\C4\87`},
		{"CN=Test", "CN=#0c0454657374"},
		{"CN=Test", "CN=#130454657374"},
		{"CN=Test", "CN=#1e080054006500730074"},
		{`CN=\ a b\ `, `CN=\20a b\20`},
		{`CN=\#a`, `CN=\23a`},
		{"ORGANIZATIONIDENTIFIER=PSDDE-1", "2.5.4.97=PSDDE-1"},
		{"1.3.6.1.4.1.1466.0=#04024869", "1.3.6.1.4.1.1466.0=#04024869"},
		{"C=DE+C=DE+C=FR", "C=FR+C=DE+C=DE"},
		{`CN=a\=b\<c\>\;`, `CN=a=b\<c\>\;`},
	} {
		n := dnOf(t, row.spelling)
		require.True(t, n.Equal(dnOf(t, row.written)), row.spelling)
		require.True(t, dnOf(t, row.written).Equal(n), row.spelling)
		require.True(t, dnOf(t, n.String()).Equal(n), n.String())
	}
	require.Equal(t, `CN=James \"Jim\" Smith\, III,DC=example`, dnOf(t, `CN=James \22Jim\22 Smith\2C III, dc=example`).String())
}

func TestOtherNamesAreOthers(t *testing.T) {
	n := dnOf(t, "CN=app,OU=a+OU=b,O=Acme,C=DE")
	for _, other := range []string{
		"CN=App,OU=a+OU=b,O=Acme,C=DE", `CN=app\ ,OU=a+OU=b,O=Acme,C=DE`, "CN=app,OU=a+OU=a,O=Acme,C=DE", "CN=app,OU=a,OU=b,O=Acme,C=DE", "CN=app,OU=a+OU=b,C=DE,O=Acme",
		"CN=app,OU=a+OU=b,O=Acme", "CN=app,OU=a+OU=b+OU=b,O=Acme,C=DE", "UID=app,OU=a+OU=b,O=Acme,C=DE", "CN=app", `CN=app\,OU\=a+OU=b,O=Acme,C=DE`, "CN=#0403617070,OU=a+OU=b,O=Acme,C=DE",
		"CN=ａpp,OU=a+OU=b,O=Acme,C=DE",
	} {
		require.False(t, n.Equal(dnOf(t, other)), other)
		require.False(t, dnOf(t, other).Equal(n), other)
	}
	require.False(t, dnOf(t, "CN=é").Equal(dnOf(t, "CN=e\u0301")), "no normalisation makes two names one")
}

func TestMalformedNamesAreRefused(t *testing.T) {
	for _, bad := range []string{
		"", " ", "=", "CN", "CN=", "CN= ", "=a", "CN=a,", "CN=a,,O=b", ",CN=a", "CN=a+", "CN=a+,O=b", "CN=a;O=b", `CN="a, b"`, "CN=a<b", `CN=a\`, `CN=a\x`, `CN=a\2`, `CN=\ff`, "CN=a\x00b", "CN=\xff",
		"XN=a", "1=a", "1.=a", "1..2=a", "01.2=a", "1.2a=b", "CN=#", "CN=#0", "CN=#zz", "CN=#0c05", "CN=#0c0161ff", "CN=a=b,", "C N=a", "CN.1=a",
	} {
		n, err := clientauth.ParseDistinguishedName(bad)
		require.Error(t, err, "%q: %v", bad, n)
	}
}

func FuzzDistinguishedName(f *testing.F) {
	for _, seed := range []string{
		"CN=app,O=Acme,C=DE", `CN=James \22Jim\22 Smith\2C III,DC=example,DC=net`, "OU=Sales+CN=J.  Smith,DC=example", "1.3.6.1.4.1.1466.0=#04024869", `CN=Lu\C4\8Di\C4\87`, "CN=#0c00",
		`CN=\ a\ ,O=\#`, " cn = a , o=b", "CN=#1e080054006500730074", `CN=\00`, "CN=,", "=", "OID.2.5.4.3=x",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := clientauth.ParseDistinguishedName(s)
		if err != nil {
			return
		}
		again, err := clientauth.ParseDistinguishedName(n.String())
		if err != nil {
			t.Fatalf("%q is written as %q, which does not parse: %v", s, n.String(), err)
		}
		if !again.Equal(n) || !n.Equal(again) || again.String() != n.String() {
			t.Fatalf("%q is written as %q, which is another name", s, n.String())
		}
	})
}
