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
	_, err = fs.Stat(files, "index.html")
	if Built() != (err == nil) {
		t.Errorf("Built is %v, index.html: %v", Built(), err)
	}
}
