package azblob

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"github.com/azflow/azflow/internal/source"
)

// Auth is a way to sign in.
type Auth string

// The ways to sign in.
const (
	AuthAuto             Auth = ""                  // the first of those below that something is set for, else Entra
	AuthConnectionString Auth = "connection-string" // of the environment or a file
	AuthKey              Auth = "key"               // likewise
	AuthSAS              Auth = "sas"               // likewise
	AuthEntra            Auth = "entra"             // Entra ID: environment, workload identity, managed identity, Azure's tools
	AuthAnonymous        Auth = "anonymous"         // none: containers that anybody may read
)

// The environment variables that Azure's own tools take an account's secrets
// from. MS Learn: `az storage`, "Set environment variables". If EnvAccount is
// set, the others are of that account alone.
const (
	EnvAccount          = "AZURE_STORAGE_ACCOUNT"
	EnvConnectionString = "AZURE_STORAGE_CONNECTION_STRING"
	EnvKey              = "AZURE_STORAGE_KEY"
	EnvSAS              = "AZURE_STORAGE_SAS_TOKEN"
)

// Settings are what the configuration says of one account. It holds no secret,
// but the names of files that do.
type Settings struct {
	Name     string
	Cloud    string // a name of [Clouds]
	Endpoint string
	Auth     Auth
	Tenant   string // of Entra ID
	// Files that hold a secret alone.
	ConnectionStringFile, KeyFile, SASFile string
	// Environment variables to be looked at instead of Azure's own.
	ConnectionStringEnv, KeyEnv, SASEnv string
}

// Secrets say where secrets come from beside files.
type Secrets struct {
	Getenv func(string) string
	// Prompt asks the person at the terminal, without echo; nil if there is none.
	Prompt func(question string) (string, error)
	// Transport is what Entra ID is asked through; nil is the SDK's.
	Transport policy.Transporter
}

// Account returns the account with its credential. It asks Entra ID for nothing
// yet.
func (set Settings) Account(from Secrets) (Account, error) {
	a := Account{Name: set.Name, Endpoint: set.Endpoint, Cloud: set.Cloud}
	secret := func(auth Auth, file, env, azures string) (string, error) {
		if set.Auth != AuthAuto && set.Auth != auth {
			return "", nil
		}
		switch {
		case file != "":
			b, err := os.ReadFile(file)
			if err != nil {
				return "", &source.Problem{Auth: true, Err: fmt.Errorf("account %s: %w", set.Name, err), Hint: "the file holds the secret alone; look at its path and permissions"}
			}
			return strings.TrimSpace(string(b)), nil
		case env != "":
			if v := from.Getenv(env); v != "" {
				return v, nil
			}
			return "", &source.Problem{Auth: true, Err: fmt.Errorf("account %s: environment variable %s is not set", set.Name, env), Hint: "set it, or take it out of the configuration"}
		}
		v := from.Getenv(azures)
		if v == "" || !set.ours(auth, v, from) {
			v = ""
		}
		if v != "" || set.Auth != auth {
			return v, nil
		}
		if from.Prompt == nil {
			return "", &source.Problem{Auth: true, Err: fmt.Errorf("account %s: %s is not set, and there is no terminal to ask at", set.Name, azures), Hint: "set it, or name a file in the configuration: accounts." + set.Name}
		}
		v, err := from.Prompt(fmt.Sprintf("%s of account %s: ", words[auth], set.Name))
		return strings.TrimSpace(v), err
	}
	var err error
	c := &a.Credential
	if c.ConnectionString, err = secret(AuthConnectionString, set.ConnectionStringFile, set.ConnectionStringEnv, EnvConnectionString); err != nil || c.ConnectionString != "" {
		return a, err
	}
	if c.Key, err = secret(AuthKey, set.KeyFile, set.KeyEnv, EnvKey); err != nil || c.Key != "" {
		return a, err
	}
	if c.SAS, err = secret(AuthSAS, set.SASFile, set.SASEnv, EnvSAS); err != nil || c.SAS != "" {
		return a, err
	}
	if set.Auth == AuthAnonymous {
		return a, nil
	}
	c.Token, err = Entra(set.Cloud, set.Tenant, from.Transport)
	return a, err
}

var words = map[Auth]string{AuthConnectionString: "connection string", AuthKey: "key", AuthSAS: "shared access signature"}

// ours reports whether a secret of Azure's own variables is of this account.
func (set Settings) ours(auth Auth, v string, from Secrets) bool {
	if auth == AuthConnectionString {
		c, err := parseConnectionString(v)
		return err != nil || c.account == "" || strings.EqualFold(c.account, set.Name)
	}
	account := from.Getenv(EnvAccount)
	return account == "" || strings.EqualFold(account, set.Name)
}

// Entra returns the credential that signs in to Entra ID by the environment, a
// workload identity, a managed identity or one of Azure's tools, whichever is
// there first (azidentity's DefaultAzureCredential).
func Entra(cloud, tenant string, transport policy.Transporter) (azcore.TokenCredential, error) {
	az, err := cloudOf(cloud)
	if err != nil {
		return nil, err
	}
	c, err := azidentity.NewDefaultAzureCredential(&azidentity.DefaultAzureCredentialOptions{
		ClientOptions: policy.ClientOptions{Cloud: az.config, Transport: transport}, TenantID: tenant,
	})
	if err != nil {
		return nil, &source.Problem{Auth: true, Err: errors.Join(errors.New("no way to sign in to Entra ID"), scrub(err)), Hint: "docs/guide/azure.md lists what azflow signs in with"}
	}
	return c, nil
}
