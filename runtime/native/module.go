package native

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/mod/modfile"

	"viva/internal/atomicfile"
)

// extended writes a copy of a module's go.mod and go.sum that requires viva
// from its source, for modules that do not require it, and returns its path.
func extended(file *modfile.File, dir, own string) (string, error) {
	b, err := os.ReadFile(filepath.Join(own, "go.mod"))
	if err != nil {
		return "", fmt.Errorf("reading viva's go.mod: %w", err)
	}
	theirs, err := modfile.Parse("go.mod", b, nil)
	if err != nil {
		return "", fmt.Errorf("reading viva's go.mod: %w", err)
	}
	// Relative replacements are relative to the module, not to the copy.
	for _, r := range file.Replace {
		if r.New.Version == "" && !filepath.IsAbs(r.New.Path) {
			if err := file.AddReplace(r.Old.Path, r.Old.Version, filepath.Join(dir, r.New.Path), ""); err != nil {
				return "", fmt.Errorf("extending go.mod: %w", err)
			}
		}
	}
	has := map[string]bool{}
	for _, r := range file.Require {
		has[r.Mod.Path] = true
	}
	for _, r := range theirs.Require {
		if !has[r.Mod.Path] {
			file.AddNewRequire(r.Mod.Path, r.Mod.Version, true)
		}
	}
	file.AddNewRequire(viva, "v0.0.0", false)
	if err := file.AddReplace(viva, "", own, ""); err != nil {
		return "", fmt.Errorf("extending go.mod: %w", err)
	}
	file.Cleanup()
	text, err := file.Format()
	if err != nil {
		return "", fmt.Errorf("extending go.mod: %w", err)
	}
	var sums []byte
	for _, folder := range []string{dir, own} {
		sum, err := os.ReadFile(filepath.Join(folder, "go.sum"))
		if err == nil {
			sums = append(append(sums, bytes.TrimSpace(sum)...), '\n')
		}
	}
	hash := sha256.Sum256(append(append([]byte(dir+"\n"), text...), sums...))
	folder, err := cacheFolder("modules", hex.EncodeToString(hash[:8]))
	if err != nil {
		return "", err
	}
	path := filepath.Join(folder, "go.mod")
	if _, err := os.Stat(path); err == nil {
		return path, nil // the go command may have tidied it since
	}
	if err := atomicfile.Write(filepath.Join(folder, "go.sum"), sums); err != nil {
		return "", fmt.Errorf("extending go.sum: %w", err)
	}
	if err := atomicfile.Write(path, text); err != nil {
		return "", fmt.Errorf("extending go.mod: %w", err)
	}
	return path, nil
}

// cacheFolder makes a folder in the user's cache.
func cacheFolder(elements ...string) (string, error) {
	root, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("finding a folder for compiled notebooks: %w", err)
	}
	dir := filepath.Join(append([]string{root, "viva"}, elements...)...)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("making a folder for compiled notebooks: %w", err)
	}
	return dir, nil
}
