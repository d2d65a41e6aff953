package logo

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// picture is an empty one in each format.
func picture(t *testing.T, format string, width, height int) []byte {
	t.Helper()
	var b bytes.Buffer
	riff := func(chunk string, body []byte) {
		b.WriteString("RIFF\x00\x00\x00\x00WEBP" + chunk + "\x00\x00\x00\x00")
		b.Write(append(body, make([]byte, 20)...))
	}
	i := image.NewGray(image.Rect(0, 0, width, height))
	var err error
	switch format {
	case "png":
		err = png.Encode(&b, i)
	case "jpeg":
		err = jpeg.Encode(&b, i, nil)
	case "gif":
		err = gif.Encode(&b, i, nil)
	case "webp extended":
		riff("VP8X", []byte{0, 0, 0, 0, byte(width - 1), byte((width - 1) >> 8), 0, byte(height - 1), byte((height - 1) >> 8), 0})
	case "webp lossless":
		riff("VP8L", binary.LittleEndian.AppendUint32([]byte{0x2F}, uint32(width-1)|uint32(height-1)<<14))
	case "webp lossy":
		body := binary.LittleEndian.AppendUint16([]byte{0, 0, 0, 0x9D, 0x01, 0x2A}, uint16(width))
		riff("VP8 ", binary.LittleEndian.AppendUint16(body, uint16(height)))
	}
	require.NoError(t, err)
	return b.Bytes()
}

func TestPicturesAreToldByTheirBytes(t *testing.T) {
	for format, kind := range map[string]string{
		"png": "image/png", "jpeg": "image/jpeg", "gif": "image/gif", "webp extended": "image/webp", "webp lossless": "image/webp", "webp lossy": "image/webp",
	} {
		body := picture(t, format, 640, 48)
		i, err := inspect(body)
		require.NoError(t, err, format)
		require.Equal(t, &Image{Type: kind, Body: body}, i)

		for _, side := range [][2]int{{maxSide + 1, 1}, {1, maxSide + 1}} {
			_, err = inspect(picture(t, format, side[0], side[1]))
			require.ErrorIs(t, err, errSize, format)
		}
		for n := range 25 {
			if _, err = inspect(body[:n]); err == nil {
				t.Errorf("%s cut to %d bytes", format, n)
			}
		}
	}
}

// CN-02
func TestNothingElseIsAPicture(t *testing.T) {
	for name, body := range map[string]string{
		"nothing": "", "text": "hello", "HTML": "<!doctype html><script>alert(1)</script>", "PDF": "%PDF-1.4", "BMP": "BM" + strings.Repeat("\x00", 60),
		"SVG": `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`, "SVG of XML": `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>`,
		"icon": "\x00\x00\x01\x00\x01\x00", "a PNG's first bytes": "\x89PNG\r\n\x1a\n<script>alert(1)</script>", "a GIF's first bytes": "GIF89a=1;alert(1)",
		"a WebP's first bytes": "RIFF\x00\x00\x00\x00WEBPVP8 " + strings.Repeat("x", 40),
	} {
		_, err := inspect([]byte(body))
		require.Error(t, err, name)
	}
}

func FuzzInspect(f *testing.F) {
	f.Add([]byte("RIFF\x00\x00\x00\x00WEBPVP8X\x00\x00\x00\x00" + strings.Repeat("\x00", 20)))
	f.Add([]byte("GIF89a\x01\x00\x01\x00\x00\x00\x00"))
	f.Add([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR"))
	f.Add([]byte("\xff\xd8\xff\xc0\x00\x11"))
	f.Fuzz(func(t *testing.T, body []byte) {
		if i, err := inspect(body); err == nil && !strings.HasPrefix(i.Type, "image/") {
			t.Errorf("%q is taken for %s", body, i.Type)
		}
	})
}
