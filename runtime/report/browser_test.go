package report

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	devlog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	browsers "viva/internal/browser"
	"viva/runtime/record"
)

// findBrowser is the browser that the tests drive: VIVA_BROWSER, or one of
// Chromium's usual names. With VIVA_REQUIRE_BROWSER=1 a test without one
// fails; else it is skipped.
func findBrowser(t *testing.T) string {
	t.Helper()
	path, err := browsers.Find()
	if err == nil {
		return path
	}
	if os.Getenv("VIVA_REQUIRE_BROWSER") == "1" {
		t.Fatal(err)
	}
	t.Skip(err)
	return ""
}

// tab is a page in a browser, with what it complained of and asked for.
type tab struct {
	*testing.T
	ctx context.Context

	mu       sync.Mutex
	trouble  []string
	requests []string
}

// browser is started by the first test that needs it and serves all of them.
var browser struct {
	sync.Mutex
	ctx  context.Context
	stop func()
}

func TestMain(m *testing.M) {
	code := m.Run()
	if browser.stop != nil {
		browser.stop()
	}
	os.Exit(code)
}

// theBrowser is one in which nothing reaches for the network by itself.
func theBrowser(t *testing.T) context.Context {
	t.Helper()
	path := findBrowser(t)
	browser.Lock()
	defer browser.Unlock()
	if browser.ctx != nil {
		return browser.ctx
	}
	ctx, stop, err := browsers.Start(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	browser.ctx, browser.stop = ctx, stop
	return ctx
}

// open opens a tab that shares nothing with those of other tests.
func open(t *testing.T) *tab {
	t.Helper()
	ctx, stopTab := chromedp.NewContext(theBrowser(t), chromedp.WithNewBrowserContext())
	t.Cleanup(stopTab)
	ctx, stop := context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(stop)
	b := &tab{T: t, ctx: ctx}
	if err := chromedp.Listen(ctx, b.hear); err != nil {
		t.Fatalf("the browser does not open a tab: %v", err)
	}
	for _, err := range []error{
		second(chromedp.Call(ctx, network.Enable, network.EnableParams{})),
		second(chromedp.Call(ctx, devlog.Enable, cdp.Empty{})),
		second(chromedp.Call(ctx, runtime.Enable, cdp.Empty{})),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return b
}

func second[A, B any](_ A, b B) B { return b }

func (b *tab) hear(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		b.requests = append(b.requests, e.Request.URL)
	case *devlog.EventEntryAdded:
		b.trouble = append(b.trouble, fmt.Sprintf("%s: %s", e.Entry.Level, e.Entry.Text))
	case *runtime.EventExceptionThrown:
		b.trouble = append(b.trouble, e.ExceptionDetails.Text)
	case *runtime.EventConsoleAPICalled:
		b.trouble = append(b.trouble, fmt.Sprintf("console.%s", e.Type))
	}
}

// show opens a page from a file.
func (b *tab) show(page string) {
	b.Helper()
	file := filepath.Join(b.TempDir(), "page.html")
	if err := os.WriteFile(file, []byte(page), 0o644); err != nil {
		b.Fatal(err)
	}
	b.do(chromedp.Navigate("file://" + filepath.ToSlash(file)))
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.Fatal(err)
	}
}

// eval is the value of a JavaScript expression on the page.
func eval[T any](b *tab, expression string) T {
	b.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		b.Fatalf("%s: %v", expression, err)
	}
	return v
}

// until waits for an expression to have a value, and fails the test if it does
// not within some seconds.
func until[T comparable](b *tab, want T, expression string) {
	b.Helper()
	var got T
	for range 100 {
		if got = eval[T](b, expression); got == want {
			return
		}
		time.Sleep(30 * time.Millisecond)
	}
	b.Errorf("%s is %v, want %v", expression, got, want)
}

func (b *tab) media(kind string, features ...string) {
	b.Helper()
	p := emulation.SetEmulatedMediaParams{Media: kind}
	for _, f := range features {
		name, value, _ := strings.Cut(f, ":")
		p.Features = append(p.Features, &emulation.MediaFeature{Name: name, Value: value})
	}
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, p); err != nil {
		b.Fatal(err)
	}
}

func specimenPage(t *testing.T) string {
	nb, run := specimen(t)
	return drawHTML(t, nb, run, Options{})
}

func TestBrowserFindsNoFault(t *testing.T) {
	b := open(t)
	b.show(specimenPage(t))
	b.do(chromedp.Click(chromedp.ID("viva-code")), chromedp.Click(chromedp.ID("viva-theme")), chromedp.Sleep(200*time.Millisecond))
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.trouble) > 0 {
		t.Errorf("the browser says %q", b.trouble)
	}
	for _, r := range b.requests {
		if !strings.HasPrefix(r, "file://") && !strings.HasPrefix(r, "data:") {
			t.Errorf("the page asked for %s", r)
		}
	}
	if len(b.requests) == 0 {
		t.Error("not even the page itself was asked for: the test hears nothing")
	}
}

func TestContentsFollowTheReader(t *testing.T) {
	b := open(t)
	b.do(chromedp.EmulateViewport(1280, 700))
	b.show(specimenPage(t))
	current := `document.querySelector(".toc [aria-current]")?.textContent.trim() ?? ""`
	until(b, "", current)
	for _, c := range []struct{ scroll, want string }{
		{`document.getElementById("classes").scrollIntoView({behavior: "instant"})`, "1.1 Classes"},
		{`document.getElementById("evaluation").scrollIntoView({behavior: "instant"})`, "2 Evaluation"},
		{`scrollBy({top: -400, behavior: "instant"})`, "1.2 Leakage"},
		{`scrollTo({top: document.documentElement.scrollHeight, behavior: "instant"})`, "Provenance"},
		{`scrollTo({top: 0, behavior: "instant"})`, ""},
	} {
		eval[any](b, c.scroll)
		until(b, c.want, current)
	}
	// The column stays in sight while the text scrolls.
	eval[any](b, `document.getElementById("evaluation").scrollIntoView({behavior: "instant"})`)
	until(b, true, `document.querySelector(".toc a").getBoundingClientRect().top > 0 && document.querySelector(".toc a").getBoundingClientRect().top < 200`)
}

func TestTablesSortByPointerAndKeyboard(t *testing.T) {
	b := open(t)
	b.show(specimenPage(t))
	column := func(i int) string {
		return fmt.Sprintf(`Array.from(document.querySelectorAll("#table-2 tbody tr"), r => r.cells[%d].textContent).join(" ")`, i)
	}
	order := eval[string](b, column(0))
	b.do(chromedp.Click(chromedp.CSS("#table-2 th:nth-child(5) button"))) // documents: 73 and 1,073
	if got, want := eval[string](b, column(4)), strings.Repeat("73 ", 5)+strings.TrimSpace(strings.Repeat("1,073 ", 5)); got != want {
		t.Errorf("ascending: %s, want %s", got, want)
	}
	if got, want := eval[string](b, column(0)), "1 2 3 4 5 1 2 3 4 5"; got != want {
		t.Errorf("rows that are equal changed their order: %s", got)
	}
	until(b, "ascending", `document.querySelector("#table-2 th:nth-child(5)").getAttribute("aria-sort")`)

	b.do(chromedp.Focus(chromedp.CSS("#table-2 th:nth-child(3) button")), chromedp.KeyEvent(kb.Enter))
	until(b, "86.6 %", `document.querySelector("#table-2 tbody tr").cells[2].textContent`)
	b.do(chromedp.KeyEvent(" "))
	until(b, "93.0 %", `document.querySelector("#table-2 tbody tr").cells[2].textContent`)
	until(b, "descending,1", `document.querySelector("#table-2 th:nth-child(3)").getAttribute("aria-sort") + "," + document.querySelectorAll("#table-2 [aria-sort]").length`)
	b.do(chromedp.KeyEvent(kb.Enter))
	until(b, order, column(0))
	until(b, 0, `document.querySelectorAll("#table-2 [aria-sort]").length`)
}

func TestLongTableShowsAllRowsWhenAsked(t *testing.T) {
	b := open(t)
	b.show(specimenPage(t))
	rows := `Array.from(document.querySelectorAll("#table-3 tbody tr")).filter(r => r.offsetHeight > 0)`
	until(b, shortRows, rows+".length")
	b.do(chromedp.Click(chromedp.CSS("#table-3 th:nth-child(4) button")))
	until(b, "0.000", rows+"[0].cells[3].textContent")
	until(b, shortRows, rows+".length")
	b.do(chromedp.Click(chromedp.CSS("#table-3 .all")))
	until(b, 120, rows+".length")
	until(b, true, `document.querySelector("#table-3 .scroll").scrollHeight > document.querySelector("#table-3 .scroll").clientHeight`)
}

func TestCodeFolds(t *testing.T) {
	b := open(t)
	b.show(specimenPage(t))
	folds := `Array.from(document.querySelectorAll("details.code"), d => d.open).join(" ")`
	first := eval[string](b, folds)
	if !strings.Contains(first, "true") || !strings.Contains(first, "false") {
		t.Fatalf("the specimen's folds are %s, which tests little", first)
	}
	b.do(chromedp.Click(chromedp.ID("viva-code")))
	until(b, false, `document.querySelector("details.code[open]") !== null`)
	until(b, "Show code", `document.getElementById("viva-code").textContent`)
	b.do(chromedp.Click(chromedp.ID("viva-code")))
	until(b, false, `document.querySelector("details.code:not([open])") !== null`)
	b.do(chromedp.Focus(chromedp.CSS("#fig-classes details.code summary")), chromedp.KeyEvent(kb.Enter))
	until(b, false, `document.querySelector("#fig-classes details.code").open`)
	// A link into something folded opens it.
	eval[any](b, `document.querySelector("#figure-1 table").id = "within", location.hash = "#within"`)
	until(b, true, `document.querySelector("#figure-1 details.data").open`)
}

func TestNothingOverflowsOnAPhone(t *testing.T) {
	nb, run := specimen(t)
	var failure bytes.Buffer
	long := strings.Repeat("long", 60)
	diags := []record.Diagnostic{{Severity: "error", File: long + ".md", Line: 1, Cell: -1, Message: long}}
	if err := Failure(&failure, long+".md", []byte(long), diags, run); err != nil {
		t.Fatal(err)
	}
	b := open(t)
	b.do(chromedp.EmulateViewport(360, 740))
	for name, page := range map[string]string{"specimen": drawHTML(t, nb, run, Options{}), "failure": failure.String()} {
		b.show(page)
		eval[any](b, `document.querySelectorAll("details").forEach(d => { d.open = true })`)
		if w := eval[int](b, `Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)`); w > 360 {
			t.Errorf("%s: the page is %d wide on a screen of 360", name, w)
		}
		wide := eval[[]string](b, `Array.from(document.querySelectorAll("main *, header *, footer *")).filter(e => e.getBoundingClientRect().right > 361 && !e.closest(".scroll, pre, .visually-hidden, svg")).map(e => e.tagName + "." + e.className)`)
		if len(wide) > 0 {
			t.Errorf("%s: beyond the screen's edge: %q", name, slices.Compact(wide))
		}
	}
}

func TestFiguresFollowLightAndDark(t *testing.T) {
	b := open(t)
	b.media("screen", "prefers-color-scheme:light")
	b.show(specimenPage(t))
	bar := `getComputedStyle(document.querySelector("#figure-1 [fill*='--fig-1']")).fill`
	paper := `getComputedStyle(document.documentElement).backgroundColor`
	const light, dark = "rgb(0, 114, 178)", "rgb(86, 180, 233)"
	until(b, light, bar)
	until(b, "rgb(255, 255, 255)", paper)
	b.media("screen", "prefers-color-scheme:dark")
	until(b, dark, bar)
	until(b, "rgb(22, 24, 29)", paper)
	until(b, "Light", `document.getElementById("viva-theme").textContent`)
	b.do(chromedp.Click(chromedp.ID("viva-theme")))
	until(b, light, bar)
	until(b, "light", `localStorage.getItem("viva-theme")`)
	// The browser stores it in a process of its own, in its own time.
	b.do(chromedp.Sleep(500 * time.Millisecond))
	b.do(chromedp.Reload())
	until(b, light, bar) // The choice is remembered.
	until(b, "Dark", `document.getElementById("viva-theme").textContent`)
}

func TestPrintIsLightAndBare(t *testing.T) {
	b := open(t)
	b.media("print", "prefers-color-scheme:dark")
	b.show(specimenPage(t))
	eval[any](b, `document.documentElement.dataset.theme = "dark"`)
	until(b, "rgb(255, 255, 255)", `getComputedStyle(document.body).backgroundColor`)
	until(b, "rgb(0, 114, 178)", `getComputedStyle(document.querySelector("#figure-1 [fill*='--fig-1']")).fill`)
	shown := `Array.from(document.querySelectorAll(%q)).filter(e => e.getClientRects().length > 0).length`
	for _, hidden := range []string{".controls", ".toc", ".skip", ".all", ".anchor", "details.code:not([open])", "details.log:not([open])"} {
		until(b, 0, fmt.Sprintf(shown, hidden))
	}
	if n := eval[int](b, fmt.Sprintf(shown, "details.code[open] pre")); n < 3 {
		t.Errorf("%d open listings are printed", n)
	}
	pdf, err := chromedp.Run(b.ctx, chromedp.PrintToPDF())
	if err != nil || !bytes.HasPrefix(pdf, []byte("%PDF-")) {
		t.Errorf("the page does not print: %v", err)
	}
}

func TestKeyboardReachesThePage(t *testing.T) {
	b := open(t)
	b.do(chromedp.EmulateViewport(1280, 800))
	b.show(specimenPage(t))
	b.do(chromedp.KeyEvent(kb.Tab))
	until(b, "Skip to the report", `document.activeElement.textContent`)
	until(b, true, `document.activeElement.getBoundingClientRect().top >= 0`)
	b.do(chromedp.KeyEvent(kb.Enter))
	until(b, "report", `document.activeElement.id`)
	// Everything that can be used is reached, in order, with a visible ring.
	eval[any](b, `document.activeElement.blur(), scrollTo(0, 0)`)
	b.show(specimenPage(t))
	var reached []string
	for range 12 {
		b.do(chromedp.KeyEvent(kb.Tab))
		reached = append(reached, eval[string](b, `document.activeElement.textContent.trim().slice(0, 30)`))
		if ring := eval[string](b, `getComputedStyle(document.activeElement).outlineStyle`); ring == "none" {
			t.Errorf("%q has the focus but no ring", reached[len(reached)-1])
		}
	}
	for _, want := range []string{"Hide code", "notebooks/specimen.md:117:13", "Contents", "1 Data"} {
		if !slices.Contains(reached, want) {
			t.Errorf("the keyboard does not reach %q but %q", want, reached)
		}
	}
}

func TestReducedMotionIsRespected(t *testing.T) {
	b := open(t)
	b.show(specimenPage(t))
	for _, c := range []struct{ setting, want string }{{"reduce", "auto"}, {"no-preference", "smooth"}} {
		b.media("screen", "prefers-reduced-motion:"+c.setting)
		until(b, c.want, `getComputedStyle(document.documentElement).scrollBehavior`)
	}
}
