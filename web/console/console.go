// Package console embeds the built console. dist is empty but for .keep in a
// checkout without Node, so that every Go build compiles; whoever serves "/" then
// falls back to package front.
package console

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Files is the content of dist: index.html and assets/ with hashed names.
func Files() (fs.FS, error) { return fs.Sub(dist, "dist") }
