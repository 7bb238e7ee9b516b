package azuritetest

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"time"
)

// An Identity answers for tokens as the managed identity of an Azure app does.
// MS Learn: "How to use managed identities for App Service", "Connect to Azure
// services in app code".
type Identity struct {
	URL    string // IDENTITY_ENDPOINT
	Header string // IDENTITY_HEADER
	Token  string // what it gives

	server *httptest.Server
	mu     sync.Mutex
	asked  []string
	refuse bool
}

// NewIdentity starts the endpoint. The caller closes it.
func NewIdentity(token string) *Identity {
	i := &Identity{Header: "header of " + token, Token: token}
	i.server = httptest.NewServer(http.HandlerFunc(i.serve))
	i.URL = i.server.URL + "/msi/token"
	return i
}

// Close ends the endpoint.
func (i *Identity) Close() { i.server.Close() }

// Env returns the environment of a process that has the identity.
func (i *Identity) Env() []string {
	return []string{"IDENTITY_ENDPOINT=" + i.URL, "IDENTITY_HEADER=" + i.Header}
}

// Refuse has it give no tokens from now on.
func (i *Identity) Refuse() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.refuse = true
}

// Asked returns for what tokens were asked.
func (i *Identity) Asked() []string {
	i.mu.Lock()
	defer i.mu.Unlock()
	return append([]string(nil), i.asked...)
}

func (i *Identity) serve(w http.ResponseWriter, r *http.Request) {
	resource := r.URL.Query().Get("resource")
	i.mu.Lock()
	i.asked = append(i.asked, resource)
	refuse := i.refuse
	i.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	if refuse || r.Header.Get("X-IDENTITY-HEADER") != i.Header {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"statusCode":400,"message":"No managed identity found"}`)) // the client may be gone
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]string{ // likewise
		"access_token": i.Token, "expires_on": strconv.FormatInt(time.Now().Add(time.Hour).Unix(), 10), "resource": resource, "token_type": "Bearer",
	})
}
