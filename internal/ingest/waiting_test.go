package ingest

import (
	"reflect"
	"testing"
	"time"

	"github.com/azflow/azflow/internal/source"
)

func TestAPackedBlobIsTheSameAgain(t *testing.T) {
	var p packer
	hour := time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)
	const tail = "/y=2026/m=03/d=01/h=10/m=00/macAddress=000D3A000001/PT1H.json"
	for _, b := range []source.Blob{
		{ID: "/folder/a.json", Name: "a.json", Size: 1},
		{ID: "RESOURCEID=/S/Y=2026/M=03/D=01/H=10/M=00/MACADDRESS=000D3A000001/PT1H.JSON", Name: "az://a/c/resourceId=/s" + tail, MAC: "000D3A000001", Version: "v", Hour: hour, Account: "a"},
		{ID: "RESOURCEID=/S/Y=2026/M=03/D=01/H=10/M=00/MACADDRESS=000D3A000001/PT1H.JSON", Name: "az://b/c/resourceId=/s" + tail + ".gz", MAC: "000D3A000001", Hour: hour},
		{ID: "another", Name: "az://a/c/resourceId=/s" + tail, MAC: "000D3A000001"},
	} {
		packed := p.pack(b)
		if got := packed.unpack(); !reflect.DeepEqual(got, b) {
			t.Errorf("%+v became %+v", b, got)
		}
	}
	if len(p) != 2 {
		t.Errorf("%d heads kept, want 2", len(p))
	}
}
