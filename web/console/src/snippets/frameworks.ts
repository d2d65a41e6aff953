import { isLoopback, quoted, type Snippet, type Target, tokenURL } from "./types";

// How the frameworks are told that bring an OAuth client of their own. They are
// shown for secrets that are sent; with keys, each is a chapter of its own.

const sendsSecret = ({ method }: Target) => method === "client_secret_basic" || method === "client_secret_post";

export const frameworks = (target: Target): Snippet[] =>
  sendsSecret(target) ? [springToken(target), dotnetToken(target)] : [];

/** Those in which a person signs in. Neither of them can verify an ID token that is signed with EdDSA. */
export const signInFrameworks = (target: Target): Snippet[] =>
  sendsSecret(target) && /^(ES|PS|RS)/.test(idTokenAlg(target)) ? [springSignIn(target), dotnetSignIn(target)] : [];

const idTokenAlg = (target: Target) => target.idTokenAlg ?? "ES256";

const scopesOf = (target: Target) => (target.scope || "openid profile email").split(" ");

function redirectOf(target: Target) {
  const registered = target.redirectURIs?.[0];
  const redirect = registered ?? "http://localhost:3000/callback";
  const url = new URL(redirect);
  return { redirect, unregistered: registered ? undefined : redirect, url, local: isLoopback(redirect) };
}

const springProperties = (
  target: Target,
  top: string,
  registration: string,
  provider: string,
) => `# src/main/resources/application.yaml
${top}spring:
  security:
    oauth2:
      client:
        registration:
          signet:
            client-id: ${quoted(target.clientID)}
            client-secret: ${target.secret ? quoted(target.secret) : "${CLIENT_SECRET}"}
            client-authentication-method: ${target.method}
${registration}        provider:
          signet:
            ${provider}
`;

// What Spring Boot needs among its dependencies, and Maven starts.
const springHead = `// src/main/java/demo/App.java, with spring-boot-starter-web and spring-boot-starter-oauth2-client
package demo;
`;

function spring(yaml: string, java: string, unregistered?: string): Snippet {
  return {
    id: "spring",
    label: "Spring",
    lang: "yaml",
    file: "application.yaml",
    run: "mvn spring-boot:run",
    code: yaml,
    beside: { name: "App.java", lang: "java", code: java },
    unregistered,
  };
}

function springToken(target: Target): Snippet {
  const yaml = springProperties(
    target,
    "",
    "            authorization-grant-type: client_credentials\n",
    `token-uri: ${quoted(tokenURL(target))}`,
  );
  const java = `${springHead}
import org.springframework.boot.CommandLineRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.security.oauth2.client.AuthorizedClientServiceOAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.OAuth2AuthorizeRequest;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;

@SpringBootApplication
public class App {
    public static void main(String[] args) {
        SpringApplication.run(App.class, args);
    }

    @Bean
    CommandLineRunner token(ClientRegistrationRepository clients, OAuth2AuthorizedClientService service) {
        var manager = new AuthorizedClientServiceOAuth2AuthorizedClientManager(clients, service);
        var request = OAuth2AuthorizeRequest.withClientRegistrationId("signet").principal("signet").build();
        return args -> System.out.println("access_token " + manager.authorize(request).getAccessToken().getTokenValue());
    }
}
`;
  return spring(yaml, java);
}

function springSignIn(target: Target): Snippet {
  const { redirect, unregistered, url, local } = redirectOf(target);
  const yaml = springProperties(
    target,
    local ? `server:\n  port: ${url.port || "80"}\n` : "",
    `            authorization-grant-type: authorization_code
            redirect-uri: ${quoted(redirect)}
            scope: ${quoted(scopesOf(target).join(", "))}
`,
    `issuer-uri: ${quoted(target.issuer)}`,
  );
  const java = `${springHead}
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.client.oidc.authentication.OidcIdTokenDecoderFactory;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.DefaultOAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestCustomizers;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;
import org.springframework.security.oauth2.jwt.JwtDecoderFactory;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

@SpringBootApplication
@RestController
public class App {
    public static void main(String[] args) {
        SpringApplication.run(App.class, args);
    }

    @GetMapping("/")
    String hello(@AuthenticationPrincipal OidcUser user) {
        return "Hello " + user.getSubject();
    }

    @Bean
    SecurityFilterChain security(HttpSecurity http, ClientRegistrationRepository clients) throws Exception {
        // Spring sends a PKCE challenge for public clients alone unless it is told to.
        var resolver = new DefaultOAuth2AuthorizationRequestResolver(clients, "/oauth2/authorization");
        resolver.setAuthorizationRequestCustomizer(OAuth2AuthorizationRequestCustomizers.withPkce());
        return http
            .authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
            .oauth2Login(login -> login
                .authorizationEndpoint(endpoint -> endpoint.authorizationRequestResolver(resolver))
                .redirectionEndpoint(endpoint -> endpoint.baseUri(${quoted(url.pathname)})))
            .build();
    }

    @Bean
    JwtDecoderFactory<ClientRegistration> idTokens() {
        var factory = new OidcIdTokenDecoderFactory();
        factory.setJwsAlgorithmResolver(client -> SignatureAlgorithm.${idTokenAlg(target)}); // it expects RS256 otherwise
        return factory;
    }
}
`;
  return spring(yaml, java, unregistered);
}

const environment = 'Environment.GetEnvironmentVariable("CLIENT_SECRET")';

const dotnetCredentials = (target: Target) => `var id = ${quoted(target.clientID)};
var secret = ${target.secret ? quoted(target.secret) : environment};
`;

const dotnetBasic =
  'new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{id}:{secret}")))';

function dotnet(code: string, run: string, unregistered?: string): Snippet {
  return { id: "dotnet", label: ".NET", lang: "csharp", file: "Program.cs", run, code, unregistered };
}

function dotnetToken(target: Target): Snippet {
  const post = target.method === "client_secret_post";
  const code = `// The Program.cs of a project that "dotnet new console" made
using System.Net.Http.Headers;
using System.Text;

${dotnetCredentials(target)}
using var http = new HttpClient();
${post ? "" : `http.DefaultRequestHeaders.Authorization = ${dotnetBasic};\n`}var response = await http.PostAsync(${quoted(tokenURL(target))}, new FormUrlEncodedContent(
[
    new("grant_type", "client_credentials"),${post ? '\n    new("client_id", id),\n    new("client_secret", secret),' : ""}
]));
Console.WriteLine(await response.Content.ReadAsStringAsync());
`;
  return dotnet(code, "dotnet run");
}

function dotnetSignIn(target: Target): Snippet {
  const { unregistered, url, local } = redirectOf(target);
  const post = target.method === "client_secret_post";
  const proof = post
    ? "        options.ClientSecret = secret;\n"
    : `        // It would send the secret in the form (client_secret_post), and this client sends it in the header.
        options.Backchannel = new HttpClient();
        options.Backchannel.DefaultRequestHeaders.Authorization = ${dotnetBasic};
`;
  const code = `// The Program.cs of a project that "dotnet new web" made
${post ? "" : "using System.Net.Http.Headers;\nusing System.Text;\n"}using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;

${dotnetCredentials(target)}
var builder = WebApplication.CreateBuilder(args);
builder.Services
    .AddAuthentication(options =>
    {
        options.DefaultScheme = CookieAuthenticationDefaults.AuthenticationScheme;
        options.DefaultChallengeScheme = OpenIdConnectDefaults.AuthenticationScheme;
    })
    .AddCookie()
    .AddOpenIdConnect(options =>
    {
        options.Authority = ${quoted(target.issuer)};
        options.ClientId = id;
${proof}        options.ResponseType = "code";
        options.UsePkce = true;
        options.CallbackPath = ${quoted(url.pathname)};
        options.Scope.Clear();
${scopesOf(target)
  .map((scope) => `        options.Scope.Add(${quoted(scope)});\n`)
  .join("")}        options.MapInboundClaims = false; // "sub" stays "sub"
        options.SaveTokens = true;
        // The answer comes by a redirect, with which Lax cookies travel; None would need https.
        options.ResponseMode = "query";
        options.CorrelationCookie.SameSite = SameSiteMode.Lax;
        options.NonceCookie.SameSite = SameSiteMode.Lax;
${
  local
    ? `        options.CorrelationCookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        options.NonceCookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
`
    : ""
}${target.issuer.startsWith("http:") ? "        options.RequireHttpsMetadata = false; // only for an issuer on this machine\n" : ""}    });
builder.Services.AddAuthorization();

var app = builder.Build();
app.UseAuthentication();
app.UseAuthorization();
app.MapGet("/", (HttpContext context) => $"Hello {context.User.FindFirst("sub")?.Value}").RequireAuthorization();
app.Run(${quoted(local ? url.origin : "http://localhost:3000")});
`;
  return dotnet(
    code,
    "dotnet add package Microsoft.AspNetCore.Authentication.OpenIdConnect && dotnet run",
    unregistered,
  );
}
