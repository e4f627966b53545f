package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
)

// openBrowser opens an address in the user's browser: the one that BROWSER
// names, else the system's.
func openBrowser(address string) error {
	command := []string{"xdg-open"}
	switch runtime.GOOS {
	case "darwin":
		command = []string{"open"}
	case "windows":
		command = []string{"rundll32", "url.dll,FileProtocolHandler"}
	}
	if b := os.Getenv("BROWSER"); b != "" {
		command = []string{b}
	}
	cmd := exec.Command(command[0], append(command[1:], address)...)
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("%s: %w", command[0], err)
	}
	go func() { _ = cmd.Wait() }()
	return nil
}
