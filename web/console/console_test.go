package console

import (
	"io/fs"
	"testing"
)

func TestTheEmbeddedConsoleIsReadableBuiltOrNot(t *testing.T) {
	files, err := Files()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fs.ReadDir(files, "."); err != nil {
		t.Fatal(err)
	}
}
