package azblob

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/bloberror"

	"github.com/azflow/azflow/internal/source"
)

// maxSkew is how far the time of a signed request may lie from the service's.
// MS Learn: "Authorize with Shared Key".
const maxSkew = 15 * time.Minute

// signatures matches what must never be shown: signatures and keys.
var signatures = regexp.MustCompile(`(?i)((?:sig|AccountKey|SharedAccessSignature)=)[^&;\s"]+`)

// hidden is an error whose text had a secret.
type hidden struct {
	text string
	err  error
}

func (h *hidden) Error() string { return h.text }
func (h *hidden) Unwrap() error { return h.err }

// scrub returns err without the secrets that its text may hold: errors of
// net/http quote the whole URL.
func scrub(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		if p, perr := url.Parse(u.URL); perr == nil {
			return &hidden{fmt.Sprintf("%s %s: %s", u.Op, plain(p), signatures.ReplaceAllString(u.Err.Error(), "$1…")), u.Err}
		}
		return scrub(u.Err)
	}
	if text := err.Error(); signatures.MatchString(text) {
		return &hidden{signatures.ReplaceAllString(text, "$1…"), err}
	}
	return err
}

// advice is what an error code of the service means to the person who runs
// azflow. MS Learn: "Blob service error codes", "Common REST API error codes".
type advice struct {
	what string
	hint string
	auth bool
}

const rolesHint = "give the identity the role Storage Blob Data Reader on the account (a subscription's Owner has no access to blobs by that alone), and wait some minutes"

var advices = map[bloberror.Code]advice{
	bloberror.AuthorizationPermissionMismatch:            {"the identity may not do that", rolesHint, true},
	bloberror.AuthorizationFailure:                       {"the account's network rules or the signature do not allow it", "let this machine's network in (portal: the account's Networking: virtual networks, addresses, private endpoints); if it is let in, the signature lacks the permissions read and list, or the identity a role", true},
	bloberror.AuthorizationSourceIPMismatch:              {"the shared access signature is for other addresses than this machine's", "make one for this address, or without one", true},
	bloberror.AuthorizationProtocolMismatch:              {"the shared access signature is for another protocol", "make one for HTTPS and use an https endpoint", true},
	bloberror.AuthorizationServiceMismatch:               {"the shared access signature is not for blobs", "make one for the blob service with read and list", true},
	bloberror.AuthorizationResourceTypeMismatch:          {"the shared access signature is not for containers and objects", "make one for the resource types container and object with read and list", true},
	bloberror.InsufficientAccountPermissions:             {"the credential may not do that", rolesHint, true},
	bloberror.AuthenticationFailed:                       {"the account refuses the credential", "a key may have been rotated, a shared access signature have expired: take a new one (portal: Access keys, or Shared access tokens)", true},
	bloberror.InvalidAuthenticationInfo:                  {"the account refuses the token", "sign in to the account's own tenant (AZURE_TENANT_ID, or accounts.NAME.tenant in the configuration)", true},
	bloberror.NoAuthenticationInformation:                {"the account asks for a credential", "set AZURE_STORAGE_CONNECTION_STRING, AZURE_STORAGE_KEY or AZURE_STORAGE_SAS_TOKEN, or sign in with `az login`", true},
	bloberror.AccountIsDisabled:                          {"the account is disabled", "enable it, or its subscription", true},
	bloberror.ResourceNotFound:                           {"it is not there, or needs a credential", "look at the name; set a credential", false},
	bloberror.ContainerNotFound:                          {"the container is not there", "`az storage container list` shows those there are; Azure makes " + ContainerVNet + " and " + ContainerNSG + " when the first flow log is written, minutes after it was enabled", false},
	bloberror.ContainerDisabled:                          {"the container is disabled", "enable it", false},
	bloberror.ContainerBeingDeleted:                      {"the container is being deleted", "wait until Azure makes it anew", false},
	bloberror.BlobArchived:                               {"the blob is in the archive tier", "rehydrate it to hot or cool (`az storage blob set-tier`), which takes hours", false},
	bloberror.BlobBeingRehydrated:                        {"the blob is still being rehydrated from the archive tier", "try again in some hours", false},
	bloberror.Code("KeyBasedAuthenticationNotPermitted"): {"the account takes no keys, and no signatures made with them", "sign in with Entra ID: unset AZURE_STORAGE_CONNECTION_STRING, AZURE_STORAGE_KEY and AZURE_STORAGE_SAS_TOKEN, and give the identity the role Storage Blob Data Reader", true},
	bloberror.Code("PublicAccessNotPermitted"):           {"the account asks for a credential", "set AZURE_STORAGE_CONNECTION_STRING, AZURE_STORAGE_KEY or AZURE_STORAGE_SAS_TOKEN, or sign in with `az login`", true},
}

// explain returns err of a request about a container and, if name is not "", one
// of its blobs, as something to act on.
func (s *account) explain(err error, containerName, name string) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	where := Location{Account: s.opt.Account.Name, Container: containerName, Prefix: name}.String()
	var answer *azcore.ResponseError
	var dns *net.DNSError
	switch {
	case SignInFailed(err):
		return &source.Problem{
			Auth: true, Err: fmt.Errorf("%s: signing in to Entra ID: %w", where, scrub(err)),
			Hint: "set AZURE_STORAGE_CONNECTION_STRING, AZURE_STORAGE_KEY or AZURE_STORAGE_SAS_TOKEN, or sign in with `az login`, or set AZURE_CLIENT_ID, AZURE_TENANT_ID and AZURE_CLIENT_SECRET; docs/guide/azure.md explains each",
		}
	case errors.As(err, &answer):
		return s.refused(where, answer)
	case errors.As(err, &dns):
		host := dns.Name
		return &source.Problem{
			Err:  fmt.Errorf("%s: host %s is not known (%s)", where, host, dns.Err),
			Hint: "look at the account's name and cloud; from a network with private endpoints, the private DNS zone must know the account",
		}
	}
	return fmt.Errorf("%s: %w", where, scrub(err))
}

// SignInFailed reports whether err says that Entra ID refused an identity, or that
// there was none to try: azidentity does not export the latter's type.
func SignInFailed(err error) bool {
	var refused *azidentity.AuthenticationFailedError
	if errors.As(err, &refused) {
		return true
	}
	var unavailable interface{ NonRetriable() }
	return errors.As(err, &unavailable) && strings.Contains(err.Error(), "Credential")
}

// refused explains an answer of the service.
func (s *account) refused(where string, e *azcore.ResponseError) error {
	code := bloberror.Code(e.ErrorCode)
	status := fmt.Sprintf("%d %s", e.StatusCode, http.StatusText(e.StatusCode))
	if e.ErrorCode != "" {
		status = fmt.Sprintf("%d %s", e.StatusCode, e.ErrorCode)
	}
	if code == bloberror.BlobNotFound {
		return fmt.Errorf("%s: %w (%s)", where, source.ErrGone, status)
	}
	a, known := advices[code]
	if !known {
		switch e.StatusCode {
		case http.StatusUnauthorized:
			a = advices[bloberror.InvalidAuthenticationInfo]
		case http.StatusForbidden:
			a = advices[bloberror.AuthorizationFailure]
		case http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusInternalServerError, http.StatusBadGateway, http.StatusGatewayTimeout:
			a = advice{"the service is busy or not well", "it was asked several times; what is missing is read by the next run", false}
		default:
			return fmt.Errorf("%s: the service answers %s", where, status)
		}
	}
	if skew, ok := s.skew(e.RawResponse); ok && a.auth {
		a.what = "this machine's clock is " + skew + " the service's, so that signatures and tokens do not hold"
		a.hint = "set the clock right (timedatectl, chrony)"
	}
	return &source.Problem{Auth: a.auth, Err: fmt.Errorf("%s: %s (%s)", where, a.what, status), Hint: strings.ReplaceAll(a.hint, "NAME", s.opt.Account.Name)}
}

// skew says how far this machine's clock is from the service's, if it is too far.
func (s *account) skew(resp *http.Response) (string, bool) {
	if resp == nil {
		return "", false
	}
	theirs, err := http.ParseTime(resp.Header.Get("Date"))
	if err != nil {
		return "", false
	}
	diff := s.opt.Now().Sub(theirs).Round(time.Second)
	switch {
	case diff > maxSkew:
		return diff.String() + " ahead of", true
	case diff < -maxSkew:
		return (-diff).String() + " behind", true
	}
	return "", false
}
