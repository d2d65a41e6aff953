package logo

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"net/http"
)

// maxSide is the greatest width and height, in pixels. A picture of a few bytes
// can unfold to any size in the browser that shows it.
const maxSide = 2048

// Image is a picture, and what it was found to be. It is shared: do not change
// it.
type Image struct {
	Type string // its media type
	Body []byte
}

var (
	errFormat = errors.New("it is no PNG, JPEG, GIF or WebP")
	errSize   = errors.New("its width and height cannot be read, or exceed 2048 pixels")
)

// inspect takes a document for a picture, or refuses it.
func inspect(body []byte) (*Image, error) {
	kind := http.DetectContentType(body)
	decode := map[string]func([]byte) (image.Config, error){
		"image/png":  func(b []byte) (image.Config, error) { return png.DecodeConfig(bytes.NewReader(b)) },
		"image/jpeg": func(b []byte) (image.Config, error) { return jpeg.DecodeConfig(bytes.NewReader(b)) },
		"image/gif":  func(b []byte) (image.Config, error) { return gif.DecodeConfig(bytes.NewReader(b)) },
		"image/webp": webp,
	}[kind]
	if decode == nil {
		return nil, errFormat
	}
	c, err := decode(body)
	if err != nil || c.Width < 1 || c.Height < 1 || c.Width > maxSide || c.Height > maxSide {
		return nil, errSize
	}
	return &Image{Type: kind, Body: body}, nil
}

// webp reads the dimensions off a WebP file (RFC 9649): those of the canvas of
// the extended format, else of the lossy (VP8) or the lossless (VP8L) picture.
func webp(b []byte) (c image.Config, _ error) {
	if len(b) < 30 {
		return c, errSize
	}
	switch chunk := string(b[12:16]); {
	case chunk == "VP8X":
		c.Width = 1 + (int(b[24]) | int(b[25])<<8 | int(b[26])<<16)
		c.Height = 1 + (int(b[27]) | int(b[28])<<8 | int(b[29])<<16)
	case chunk == "VP8L" && b[20] == 0x2F:
		bits := binary.LittleEndian.Uint32(b[21:])
		c.Width, c.Height = 1+int(bits&0x3FFF), 1+int(bits>>14&0x3FFF)
	case chunk == "VP8 " && bytes.Equal(b[23:26], []byte{0x9D, 0x01, 0x2A}):
		c.Width = int(binary.LittleEndian.Uint16(b[26:]) & 0x3FFF)
		c.Height = int(binary.LittleEndian.Uint16(b[28:]) & 0x3FFF)
	default:
		return c, errSize
	}
	return c, nil
}
