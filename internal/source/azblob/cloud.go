package azblob

import (
	"fmt"
	"slices"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
)

// A Cloud is one of Azure's separate clouds.
type Cloud struct {
	Name   string // as `az cloud list` prints it
	Suffix string // of the host names of blob storage
	config cloud.Configuration
}

// Clouds lists Azure's clouds, the public one first. Suffixes: `az cloud show`.
func Clouds() []Cloud {
	return []Cloud{
		{"AzureCloud", "blob.core.windows.net", cloud.AzurePublic},
		{"AzureUSGovernment", "blob.core.usgovcloudapi.net", cloud.AzureGovernment},
		{"AzureChinaCloud", "blob.core.chinacloudapi.cn", cloud.AzureChina},
	}
}

// CloudNames returns the names of Clouds.
func CloudNames() []string {
	var names []string
	for _, c := range Clouds() {
		names = append(names, c.Name)
	}
	return names
}

// Configuration returns where a cloud's services are; "" is the public one.
func Configuration(name string) (cloud.Configuration, error) {
	c, err := cloudOf(name)
	return c.config, err
}

// cloudOf returns the cloud of that name; "" is the public one.
func cloudOf(name string) (Cloud, error) {
	all := Clouds()
	if name == "" {
		return all[0], nil
	}
	i := slices.IndexFunc(all, func(c Cloud) bool { return strings.EqualFold(c.Name, name) })
	if i < 0 {
		return Cloud{}, fmt.Errorf("no cloud is called %q: azflow knows %s; another one takes an endpoint", name, strings.Join(CloudNames(), ", "))
	}
	return all[i], nil
}
