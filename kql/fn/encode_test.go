package fn

import (
	"encoding/base64"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/azflow/azflow/kql/types"
)

func TestCompressedTextsComeBackWhole(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{0, 1, 20, 1000, 65535, 65536, 200_000} {
		noise := make([]byte, n)
		for i := range noise {
			noise[i] = byte(' ' + rnd.IntN(90))
		}
		for _, text := range []string{string(noise), strings.Repeat("a", n)} {
			for _, format := range []string{"zlib", "gzip"} {
				packed := call(t, format+"_compress_to_base64_string", types.String, text)
				back := call(t, format+"_decompress_from_base64_string", types.String, packed)
				if back != text {
					t.Errorf("%s of %d bytes is another text", format, n)
				}
				raw, err := base64.StdEncoding.DecodeString(packed.(string))
				if err != nil || n <= 65535 && len(raw) > n+18+5 {
					t.Errorf("%s of %d bytes takes %d, %v", format, n, len(raw), err)
				}
			}
		}
	}
}
