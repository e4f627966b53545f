package data

import (
	"path"
	"strings"
)

// keyFiles reads docsutf8/NAME.txt and keys/NAME.key, the form of the collection
// of LIAAD. A line of a .key file is a phrase.
func (r *reader) keyFiles(root, split string, files []treeFile) error {
	r.fromFolder, r.noLabels = true, true
	content := contents(files)
	used := map[string]bool{}
	err := r.eachFile(root, split, files, ".txt", func(f treeFile, d Document, at place) error {
		dir, name := path.Split(f.path)
		if path.Base(dir) != "docsutf8" {
			return nil
		}
		d.ID = strings.TrimSuffix(name, ".txt")
		var err error
		if d.Text, err = r.decode(f.text, at); err != nil {
			return r.malformed(at, err)
		}
		keys := path.Join(path.Dir(path.Clean(dir)), "keys", d.ID+".key")
		list, ok := content[keys]
		if !ok {
			r.odd(keyless, at)
		}
		used[keys] = true
		if list, err = r.decode(list, place{file: path.Join(root, keys)}); err != nil {
			return r.malformed(at, err)
		}
		for line := range strings.Lines(list) {
			if line = strings.TrimSpace(line); line != "" {
				d.Keyphrases = append(d.Keyphrases, line)
			}
		}
		return r.add(d, at)
	})
	for _, f := range files {
		if strings.HasSuffix(f.path, ".key") && !used[f.path] {
			r.odd(paperless, place{file: path.Join(root, f.path)})
		}
	}
	return err
}
