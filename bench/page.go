package main

import (
	"context"
	"fmt"
	"math"
	"net/url"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"viva/internal/browser"
)

// observe is run in the page before its own scripts. It notes when the page is
// sent a patch with a text, and when that text is in the document: in a figure
// if it is a figure's, since the code of the cell is shown before it has run.
const observe = `(() => {
  "use strict";
  const now = () => performance.timeOrigin + performance.now();
  let wanted = null;
  const Native = EventSource;
  window.EventSource = class extends Native {
    constructor(...args) {
      super(...args);
      this.addEventListener("patch", (e) => {
        const at = now();
        if (wanted && e.data.includes(wanted.text)) wanted.received = at;
      });
    }
  };
  new MutationObserver((records) => {
    const at = now();
    if (!wanted) return;
    for (const record of records) for (const node of record.addedNodes) {
      if (!node.isConnected) continue;
      const places = !wanted.figure ? [node] : node.querySelectorAll ? node.querySelectorAll("svg") : [];
      for (const place of places) {
        if (!place.textContent.includes(wanted.text)) continue;
        const { received, done } = wanted;
        wanted = null;
        done({ received, shown: at });
        return;
      }
    }
  }).observe(document, { childList: true, subtree: true });
  window.benchClock = now;
  window.benchWant = (text, figure) => {
    window.benchSeen = new Promise((done) => { wanted = { text, figure, done, received: 0 }; });
    return true;
  };
})()`

// tab is a live page in a real browser.
type tab struct {
	ctx  context.Context
	stop func()
}

// openPage opens a notebook's live page by the address that the program told.
func openPage(ctx context.Context, address, name string) (*tab, error) {
	path, err := browser.Find()
	if err != nil {
		return nil, err
	}
	ctx, stop, err := browser.Start(ctx, path)
	if err != nil {
		return nil, err
	}
	t := &tab{ctx, stop}
	u, err := url.Parse(address)
	if err != nil {
		stop()
		return nil, err
	}
	prepare := chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: observe})
		return err
	})
	if err := chromedp.Do(ctx, prepare, chromedp.Navigate(address), chromedp.Navigate(u.Scheme+"://"+u.Host+"/n/"+name)); err != nil {
		stop()
		return nil, fmt.Errorf("opening the live page: %w", err)
	}
	return t, nil
}

// want has the page look out for a text.
func (t *tab) want(text string, figure bool) error {
	_, err := chromedp.Run(t.ctx, chromedp.Evaluate[bool](fmt.Sprintf("benchWant(%q, %t)", text, figure)))
	return err
}

// sighting says when the page was told a text and when it had it.
type sighting struct{ received, shown time.Time }

// seen waits for the text that want named.
func (t *tab) seen(limit time.Duration) (sighting, error) {
	ctx, cancel := context.WithTimeout(t.ctx, limit)
	defer cancel()
	at, err := chromedp.Run(ctx, chromedp.Evaluate[struct{ Received, Shown float64 }]("benchSeen", chromedp.EvalAwaitPromise))
	if err != nil {
		return sighting{}, fmt.Errorf("waiting for the page: %w", err)
	}
	return sighting{pageTime(at.Received), pageTime(at.Shown)}, nil
}

func pageTime(ms float64) time.Time { return time.UnixMicro(int64(ms * 1000)) }

// skew is by how much the page's clock is ahead of this process's. It is as
// uncertain as half the time that the shortest question took.
func (t *tab) skew() (time.Duration, error) {
	var skew time.Duration
	shortest := time.Duration(math.MaxInt64)
	for range 30 {
		asked := time.Now()
		ms, err := chromedp.Run(t.ctx, chromedp.Evaluate[float64]("benchClock()"))
		if err != nil {
			return 0, err
		}
		if took := time.Since(asked); took < shortest {
			shortest, skew = took, pageTime(ms).Sub(asked.Add(took/2))
		}
	}
	return skew, nil
}
