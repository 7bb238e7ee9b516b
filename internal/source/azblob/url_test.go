package azblob

import (
	"strings"
	"testing"
)

func TestLocationsAreWrittenInAzuresWaysToo(t *testing.T) {
	for text, want := range map[string]Location{
		"az://contosologs":                                       {Account: "contosologs"},
		"az://contosologs/":                                      {Account: "contosologs"},
		"az://ContosoLogs/archive":                               {Account: "contosologs", Container: "archive"},
		"az://contosologs/archive/2025/x":                        {Account: "contosologs", Container: "archive", Prefix: "2025/x"},
		"https://contosologs.blob.core.windows.net/archive/2025": {Account: "contosologs", Container: "archive", Prefix: "2025", Cloud: "AzureCloud"},
		"https://contosologs.blob.core.usgovcloudapi.net/":       {Account: "contosologs", Cloud: "AzureUSGovernment"},
	} {
		got, err := Parse(text)
		if err != nil || got != want {
			t.Errorf("%s: %+v, error %v", text, got, err)
		}
	}
}

func TestASecretOnTheCommandLineIsRefusedAndNotRepeated(t *testing.T) {
	for _, text := range []string{
		"https://contosologs.blob.core.windows.net/archive?sv=2024&sig=TOPSECRET",
		"az://contosologs/archive?sig=TOPSECRET", "az://user:TOPSECRET@contosologs/archive", "az://contosologs/%zz?sig=TOPSECRET",
	} {
		_, err := Parse(text)
		if err == nil || strings.Contains(err.Error(), "TOPSECRET") {
			t.Errorf("%s: error %v", text, err)
		}
	}
}

func TestWhatIsNoAccountOrContainerIsSaid(t *testing.T) {
	for text, want := range map[string]string{
		"az://":                       "no name of a storage account",
		"az://a_b/c":                  "no name of a storage account",
		"az://contosologs/Upper":      "no name of a container",
		"https://example.com/archive": "not the host of a storage account",
	} {
		if _, err := Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", text, err, want)
		}
	}
}
