package pages

import (
	"fmt"
	"math"
	"strconv"

	"github.com/signet-authz/signet/web"
)

const (
	textContrast = 4.5 // WCAG 2.2, 1.4.3
	edgeContrast = 3.0 // WCAG 2.2, 1.4.11

	greySaturation = 0.15 // below it a colour is taken for grey
	greyContrast   = 9.0  // what a grey button needs to look like one
)

// rgb is an sRGB colour.
type rgb struct{ r, g, b uint8 }

var (
	white = rgb{255, 255, 255}
	black = rgb{0, 0, 0}
)

// parseColor reads #rrggbb and nothing else.
func parseColor(s string) (rgb, bool) {
	if len(s) != 7 || s[0] != '#' {
		return rgb{}, false
	}
	n, err := strconv.ParseUint(s[1:], 16, 24)
	if err != nil {
		return rgb{}, false
	}
	return rgb{uint8(n >> 16), uint8(n >> 8), uint8(n)}, true
}

// String is the colour as #rrggbb.
func (c rgb) String() string { return fmt.Sprintf("#%02x%02x%02x", c.r, c.g, c.b) }

// luminance is the relative luminance of WCAG 2.2.
func (c rgb) luminance() float64 {
	linear := func(v uint8) float64 {
		f := float64(v) / 255
		if f <= 0.04045 {
			return f / 12.92
		}
		return math.Pow((f+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c.r) + 0.7152*linear(c.g) + 0.0722*linear(c.b)
}

// contrast is the contrast ratio of WCAG 2.2: 1 to 21.
func contrast(a, b rgb) float64 {
	x, y := a.luminance(), b.luminance()
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// hsl splits a colour into hue (0 to 6), saturation and lightness (0 to 1).
func (c rgb) hsl() (h, s, l float64) {
	r, g, b := float64(c.r)/255, float64(c.g)/255, float64(c.b)/255
	hi, lo := max(r, g, b), min(r, g, b)
	d := hi - lo
	l = (hi + lo) / 2
	if d == 0 {
		return 0, 0, l
	}
	s = d / (1 - math.Abs(2*l-1))
	switch hi {
	case r:
		h = math.Mod((g-b)/d+6, 6)
	case g:
		h = (b-r)/d + 2
	default:
		h = (r-g)/d + 4
	}
	return h, s, l
}

// withLightness keeps hue and saturation. Luminance never falls as l rises, so
// a search over l always ends.
func (c rgb) withLightness(l float64) rgb {
	h, s, _ := c.hsl()
	l = min(max(l, 0), 1)
	chroma := (1 - math.Abs(2*l-1)) * s
	x := chroma * (1 - math.Abs(math.Mod(h, 2)-1))
	var r, g, b float64
	switch {
	case h < 1:
		r, g = chroma, x
	case h < 2:
		r, g = x, chroma
	case h < 3:
		g, b = chroma, x
	case h < 4:
		g, b = x, chroma
	case h < 5:
		r, b = x, chroma
	default:
		r, b = chroma, x
	}
	m := l - chroma/2
	byte8 := func(v float64) uint8 { return uint8(math.Round(min(max(v+m, 0), 1) * 255)) }
	return rgb{byte8(r), byte8(g), byte8(b)}
}

// against moves the colour's lightness, up or down, until its contrast with
// every given surface is at least want. Black or white ends the search.
func (c rgb) against(want float64, lighter bool, surfaces ...rgb) rgb {
	_, _, l := c.hsl()
	step := -0.01
	if lighter {
		step = 0.01
	}
	for ; ; l += step {
		enough := true
		for _, s := range surfaces {
			enough = enough && contrast(c, s) >= want
		}
		if enough || l < 0 || l > 1 {
			return c
		}
		c = c.withLightness(l + step)
	}
}

// accent is a brand colour made usable on the surfaces of one mode. Its fields
// are the tokens color-accent… as #rrggbb.
type accent struct {
	Fill, Hover, Edge, Text, On string
}

// palette is the brand colour by day and by night.
type palette struct{ Light, Dark accent }

// newPalette computes a palette; the second result is false where the colour is
// not #rrggbb, and the pages keep their own accent.
func newPalette(color string, tokens web.Tokens) (palette, bool) {
	c, ok := parseColor(color)
	if !ok {
		return palette{}, false
	}
	return palette{
		Light: newAccent(c, false, surfaces(tokens.Color.Light)),
		Dark:  newAccent(c, true, surfaces(tokens.Color.Dark)),
	}, true
}

// surfaces are the backgrounds on which the accent is used as text and edge.
func surfaces(mode map[string]string) []rgb {
	var all []rgb
	for _, token := range []string{"canvas", "surface", "sunken"} {
		if c, ok := parseColor(mode[token]); ok {
			all = append(all, c)
		}
	}
	return all
}

func newAccent(brand rgb, night bool, surfaces []rgb) accent {
	fill := brand
	switch _, s, _ := brand.hsl(); {
	case s < greySaturation:
		// A grey button would look like one that is switched off, and one as white
		// as its card like no button at all.
		fill = brand.against(greyContrast, night, surfaces...)
	case night:
		// A dark brand colour would sink into the dark card.
		fill = brand.against(edgeContrast, true, surfaces...)
	}
	on, step := white, -0.06
	if contrast(fill, white) < textContrast {
		on, step = black, 0.06 // one of the two always reaches 4.58
	}
	_, _, l := fill.hsl()
	return accent{
		Fill:  fill.String(),
		Hover: fill.withLightness(l + step).String(), // away from the text's colour: contrast only grows
		Edge:  fill.against(edgeContrast, night, surfaces...).String(),
		Text:  brand.against(textContrast, night, surfaces...).String(),
		On:    on.String(),
	}
}
