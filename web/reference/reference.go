// Package reference embeds the page that shows the API's specifications:
// Scalar's component, unchanged, start.js, which says what to show, and a bar
// that leads from one to the other and back. dist is empty but for .keep where it
// was not fetched (scripts/reference), so that every Go build compiles;
// tenant-admin then serves the plain reference alone.
package reference

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Files is the content of dist: index.html, and the rest below a directory that
// is named by its content.
func Files() (fs.FS, error) { return fs.Sub(dist, "dist") }
