package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// An Account is one entry of the file's section accounts: a storage account that
// `azflow ingest` reads when it is given no other input, and what is needed to
// sign in. It holds no secret.
//
//	accounts:
//	  contosologs:
//	    tenant: 7c6d…
//	    key_file: /run/secrets/contosologs
type Account struct {
	Name   string
	Values map[string]string // by the names of AccountSettings
}

// AccountSettings lists what an account can have, in the order that config show
// prints.
func AccountSettings() []Setting { return slices.Clone(accountSettings) }

var accountSettings = []Setting{
	{Name: "containers", Kind: Text, Doc: "Containers to read, each with a prefix if need be, with commas between them: CONTAINER/PREFIX. Default: both that Azure writes flow logs to."},
	{Name: "cloud", Kind: Choice, Choices: []string{"AzureCloud", "AzureUSGovernment", "AzureChinaCloud"}, Default: "AzureCloud", Doc: "Azure's cloud that the account is in."},
	{Name: "endpoint", Kind: Text, Doc: "URL of the blob service, if it is not the cloud's own name: a private link, Azure Stack, an emulator."},
	{Name: "auth", Kind: Choice, Choices: []string{"connection-string", "key", "sas", "entra", "anonymous"}, Doc: "How to sign in. Default: with the first of the secrets that is there, else with Entra ID."},
	{Name: "tenant", Kind: Text, Doc: "Entra ID tenant of the account, if it is not the one that you sign in to."},
	{Name: "connection_string_file", Kind: Path, Doc: "File that holds the connection string."},
	{Name: "key_file", Kind: Path, Doc: "File that holds an account key."},
	{Name: "sas_file", Kind: Path, Doc: "File that holds a shared access signature."},
	{Name: "connection_string_env", Kind: Text, Doc: "Environment variable to take the connection string from instead of AZURE_STORAGE_CONNECTION_STRING."},
	{Name: "key_env", Kind: Text, Doc: "Environment variable to take the key from instead of AZURE_STORAGE_KEY."},
	{Name: "sas_env", Kind: Text, Doc: "Environment variable to take the signature from instead of AZURE_STORAGE_SAS_TOKEN."},
}

// secrets are what people write into the file although it does not belong there.
var secrets = []string{"key", "sas", "sas_token", "connection_string", "client_secret", "password"}

// accountsOf takes the accounts out of a file's settings.
func accountsOf(file map[string]string) ([]Account, error) {
	byName := map[string]Account{}
	for path, text := range file {
		rest, ok := strings.CutPrefix(path, "accounts.")
		if !ok {
			if path == "accounts" && text == "<nil>" {
				delete(file, path) // the section is there, and empty
			}
			continue
		}
		name, setting, _ := strings.Cut(rest, ".")
		if setting == "" {
			if text != "<nil>" {
				return nil, fmt.Errorf("accounts.%s: write its settings below it, such as key_file", name)
			}
		} else if slices.Contains(secrets, setting) {
			return nil, fmt.Errorf("accounts.%s.%s: secrets do not belong into this file: name a file (key_file, sas_file, connection_string_file) or an environment variable (key_env, …)", name, setting)
		}
		a, ok := byName[name]
		if !ok {
			a = Account{Name: name, Values: map[string]string{}}
			byName[name] = a
		}
		delete(file, path)
		if setting == "" {
			continue
		}
		i := slices.IndexFunc(accountSettings, func(s Setting) bool { return s.Name == setting })
		if i < 0 {
			return nil, fmt.Errorf("accounts.%s: an account has no setting called %q", name, setting)
		}
		if err := check(accountSettings[i], text); err != nil {
			return nil, fmt.Errorf("accounts.%s.%s: %w", name, setting, err)
		}
		a.Values[setting] = text
	}
	var all []Account
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		all = append(all, byName[name])
	}
	return all, nil
}

// Accounts returns the storage accounts of the file, by name.
func (c *Config) Accounts() []Account { return slices.Clone(c.accounts) }

// Account returns the account of that name, without settings if the file has
// none of it.
func (c *Config) Account(name string) Account {
	i := slices.IndexFunc(c.accounts, func(a Account) bool { return a.Name == name })
	if i < 0 {
		return Account{Name: name}
	}
	return c.accounts[i]
}
