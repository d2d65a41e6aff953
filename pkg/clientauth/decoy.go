package clientauth

import (
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
)

// newDecoy is the client against which the credentials of an unknown or
// disabled client are checked, for the same work and the same answer. A certificate
// is led back to the workspace's authorities for it too.
func newDecoy() *domain.Client {
	return &domain.Client{
		ClientID:                "-",
		TokenEndpointAuthMethod: oauth.MethodClientSecretBasic,
		Secrets:                 []domain.ClientSecret{decoySecret()},
		JWKS:                    []byte(decoyJWKS),
	}
}

// decoySecret costs what a real one does and matches nothing: no root secret
// has version 0.
func decoySecret() domain.ClientSecret {
	return domain.ClientSecret{ClientID: "-", Form: domain.SecretHMACv1, Value: make([]byte, 33)}
}

// decoyJWKS has a key of every kind. Their private halves were thrown away when
// they were made.
const decoyJWKS = `{"keys":[
	{"kty":"EC","crv":"P-256","x":"f5IJZ70Ah1ufondaoXnJRGDFoq-Qx6PAkl6QdioNVHo","y":"LLtwHLYyUJEjZOD0ntRjyL6u7LXIxRznWTfilI1sfRc"},
	{"kty":"EC","crv":"P-384","x":"hTRcHifDOjDsz8Q7MZMTWbYuZnG1YTHcSd1y9GPH8F_R-0yACmCNeWcn92ZE9kaP","y":"ynwGyYoQzyCRSdX5SFjjvSMGyrfRzvSo-J_WyXV6iXrngGpqT-rtPxmrqIDApT5O"},
	{"kty":"EC","crv":"P-521","x":"AURKY4M3acNid5uz5BZlNfzdP8uRaEOR9zh904oh1td74Z9ILW8LtrHQdL1-Uw3b4D6gmktUHfFF8ZH8VjuENA9f","y":"AYVLu_tgRO7xKXGKEFMQY9qY1pm_WKdBY-3Dp4152fJhIFfzSaWfAJYlIfVYBMDtnAELmBd_DqLO0LNLcBdhgs9Y"},
	{"kty":"RSA","e":"AQAB","n":"pOL8mBtCqWmQAPMNCDCklyH9jVfVIe4yrRyM4BhdyR0uFih2fC3wQYKpVAVvJdf5rDDg1W4FgMC-PbR_hSA-OJ37xQSXh4X_F8SAhXpFlLTfGDVBSG4Ik4dS-aqx5U84TxucG0RDv7kNftbE_9P88vb7q0vFTPH7THhEHCBbqkicbhOOOG6AfNYl7H8nm-b7WDxgfhLn4egjtRCz2vy9nBabMHzkneKvPg9zLXcLagDV9_-NyNtf4ZL8U-tBaDOn3eSzAoyN-erGaeYCfU1-lXCVbxO_tBWpKtskBJvOM0UCHNJOB4O3cQibmJ7vwFCicT-NdEfbtGRMS5iCxZ8Riw"},
	{"kty":"OKP","crv":"Ed25519","x":"rsGrI6kVUk8NG6FGWCLPEFWyBlFzpL3x99sL7zpgp8g"},
	{"kty":"OKP","crv":"Ed448","x":"K2vod85I9jHU2rBCTue_cYwQVmqkci6Cc23CxYBRv4lBDsL6VglB7q1gooVKZkjMc81VP5YteaEA"}
]}`
