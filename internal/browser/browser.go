// Package browser finds and starts the Chromium that tests and benchmarks look
// at pages with. It knows nothing of the pages.
package browser

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"github.com/chromedp/chromedp"
)

// Find returns the path of a browser: VIVA_BROWSER, or one of Chromium's usual
// names.
func Find() (string, error) {
	names := []string{"chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"}
	if own := os.Getenv("VIVA_BROWSER"); own != "" {
		names = []string{own}
	}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("no browser: none of %s is installed; set VIVA_BROWSER to the path of a Chromium", strings.Join(names, ", "))
}

// Start starts a browser in which nothing reaches for the network by itself.
// The context is that of its first tab; stop ends it.
func Start(ctx context.Context, path string) (tab context.Context, stop func(), err error) {
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-sync", true),
	)
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	ctx, stopBrowser := chromedp.NewExecAllocator(ctx, options...)
	tab, stopTab := chromedp.NewContext(ctx)
	stop = func() {
		stopTab()
		stopBrowser()
	}
	if err := chromedp.Do(tab); err != nil {
		stop()
		return nil, nil, fmt.Errorf("%s does not start: %w", path, err)
	}
	return tab, stop, nil
}
