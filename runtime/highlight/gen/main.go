// Gen gathers chroma's descriptions of languages into lexers.zip, with their
// licence. Chroma's own package of them reads all of their headings when a
// program starts, which takes as long as everything else in the start of this
// one; from the archive they are read when a listing needs them.
//
// It is run by go generate in viva/runtime/highlight and writes into the current
// folder.
package main

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"io"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("highlight: ")
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

func run() error {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/alecthomas/chroma/v2").Output()
	if err != nil {
		return err
	}
	module := strings.TrimSpace(string(out))
	files, err := filepath.Glob(filepath.Join(module, "lexers", "embedded", "*.xml"))
	if err != nil {
		return err
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	w.RegisterCompressor(zip.Deflate, func(out io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(out, flate.BestCompression)
	})
	for _, path := range append(files, filepath.Join(module, "COPYING")) {
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		f, err := w.Create(filepath.Base(path))
		if err != nil {
			return err
		}
		if _, err := f.Write(content); err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	return os.WriteFile("lexers.zip", b.Bytes(), 0o644)
}
