package azblob

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

// The containers that Azure writes flow logs to. MS Learn: "Read flow logs".
const (
	ContainerVNet = "insights-logs-flowlogflowevent"
	ContainerNSG  = "insights-logs-networksecuritygroupflowevent"
)

// ContainerActivity is the container that Azure writes activity logs to. MS Learn:
// "Azure Monitor activity log", Send to Azure Storage.
const ContainerActivity = "insights-activity-logs"

// Location is a part of a storage account.
type Location struct {
	Account   string
	Container string // "" for both of Azure's
	Prefix    string // of blob names
	Cloud     string // "" unless the URL tells it
}

// String returns the location as az://ACCOUNT/CONTAINER/PREFIX.
func (l Location) String() string {
	return strings.TrimRight("az://"+l.Account+"/"+l.Container+"/"+l.Prefix, "/")
}

// Is reports whether text is meant as the URL of a storage account.
func Is(text string) bool {
	return strings.HasPrefix(text, "az://") || strings.HasPrefix(text, "https://") || strings.HasPrefix(text, "http://")
}

var (
	accountName   = regexp.MustCompile(`^[a-z0-9-]{3,24}$`) // MS Learn: "Storage account overview"; hyphens before a zone or a secondary endpoint
	containerName = regexp.MustCompile(`^(\$root|\$logs|[a-z0-9](-?[a-z0-9]){2,62})$`)
)

// Parse reads az://ACCOUNT[/CONTAINER[/PREFIX]], or the URL of a container or
// blob as Azure's portal shows it. A URL that holds a secret is refused.
func Parse(text string) (Location, error) {
	u, err := url.Parse(text)
	if err != nil {
		// The error of url.Parse quotes its input, and that may hold a secret.
		return Location{}, errors.New("the address of a storage account is written az://ACCOUNT/CONTAINER/PREFIX")
	}
	if u.User != nil || u.RawQuery != "" {
		return Location{}, fmt.Errorf("%s://%s%s: a shared access signature does not belong on the command line, where other users can see it: put it into AZURE_STORAGE_SAS_TOKEN", u.Scheme, u.Host, u.Path)
	}
	l := Location{Account: strings.ToLower(u.Host)}
	if u.Scheme != "az" {
		name, suffix, _ := strings.Cut(l.Account, ".")
		for _, c := range Clouds() {
			if suffix == c.Suffix {
				l.Account, l.Cloud = name, c.Name
			}
		}
		if l.Cloud == "" {
			return l, fmt.Errorf("%s is not the host of a storage account that azflow knows: write az://ACCOUNT/CONTAINER and set accounts.ACCOUNT.endpoint in the configuration", u.Host)
		}
	}
	if !accountName.MatchString(l.Account) {
		return l, fmt.Errorf("%q is no name of a storage account: write az://ACCOUNT/CONTAINER/PREFIX", u.Host)
	}
	l.Container, l.Prefix, _ = strings.Cut(strings.TrimPrefix(u.Path, "/"), "/")
	if l.Container != "" && !containerName.MatchString(l.Container) {
		return l, fmt.Errorf("%q is no name of a container: write az://%s/CONTAINER/PREFIX", l.Container, l.Account)
	}
	return l, nil
}
