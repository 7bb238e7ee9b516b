package azblob

import (
	"errors"
	"strings"

	"github.com/azflow/azflow/internal/source"
)

// connection is what a connection string tells.
type connection struct{ account, endpoint, key, sas string }

// parseConnectionString reads a connection string. MS Learn: "Configure Azure
// Storage connection strings". Its errors do not quote it.
func parseConnectionString(text string) (connection, error) {
	parts := map[string]string{}
	for _, part := range strings.Split(text, ";") {
		k, v, _ := strings.Cut(strings.TrimSpace(part), "=")
		parts[strings.ToLower(k)] = v
	}
	if parts["usedevelopmentstorage"] != "" {
		return connection{}, &source.Problem{Auth: true, Err: errors.New("UseDevelopmentStorage is no whole connection string"), Hint: "write the emulator's out, with AccountName, AccountKey and BlobEndpoint"}
	}
	c := connection{account: parts["accountname"], endpoint: parts["blobendpoint"], key: parts["accountkey"], sas: parts["sharedaccesssignature"]}
	if c.endpoint == "" && c.account != "" && parts["endpointsuffix"] != "" {
		protocol := "https"
		if strings.EqualFold(parts["defaultendpointsprotocol"], "http") {
			protocol = "http"
		}
		c.endpoint = protocol + "://" + c.account + ".blob." + parts["endpointsuffix"]
	}
	if c.key == "" && c.sas == "" {
		return connection{}, &source.Problem{Auth: true, Err: errors.New("the connection string has neither AccountKey nor SharedAccessSignature"), Hint: "copy it whole (portal: the account's Access keys)"}
	}
	return c, nil
}
