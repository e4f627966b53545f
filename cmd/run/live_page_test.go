package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"viva/internal/browser"
)

// person looks at a page of a running watch verb.
type person struct {
	*testing.T
	tab context.Context
}

func look(t *testing.T) *person {
	t.Helper()
	path, err := browser.Find()
	if err != nil {
		if os.Getenv("VIVA_REQUIRE_BROWSER") == "1" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	tab, stop, err := browser.Start(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	tab, cancel := context.WithTimeout(tab, 90*time.Second)
	t.Cleanup(cancel)
	return &person{t, tab}
}

// evaluate runs JavaScript in the page.
func evaluate[T any](p *person, expression string) T {
	p.Helper()
	v, err := chromedp.Run(p.tab, chromedp.Evaluate[T](expression))
	if err != nil {
		p.Fatalf("%s: %v", expression, err)
	}
	return v
}

func (p *person) run(script string) {
	p.Helper()
	evaluate[bool](p, "(() => {"+script+"; return true; })()")
}

// sees waits until an expression of JavaScript is true.
func (p *person) sees(expression string) {
	p.Helper()
	for deadline := time.Now().Add(20 * time.Second); !evaluate[bool](p, "Boolean("+expression+")"); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			p.Fatalf("never true: %s\nthe page:\n%s", expression, evaluate[string](p, "document.body.innerText"))
		}
	}
}

func (p *person) click(selector string) {
	p.Helper()
	p.run(fmt.Sprintf("document.querySelector(%q).click()", selector))
}

// picture saves a screenshot where VIVA_SCREENSHOTS names a folder.
func (p *person) picture(name string) {
	p.Helper()
	dir := os.Getenv("VIVA_SCREENSHOTS")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(p.tab, chromedp.CaptureScreenshot())
	if err != nil {
		p.Fatal(err)
	}
	if err := os.WriteFile(dir+"/"+name+".png", png, 0o666); err != nil {
		p.Fatal(err)
	}
}

// livePage is long enough to scroll, with a table, folds and a metric.
func livePage(prose, value, last string) string {
	return "# A live page\n\n" + prose + "\n\n```go\n//| label: tbl-t\nt := view.NewTable(\"T\", \"name\", \"value\")\nt.Add(\"b\", 2)\nt.Add(\"a\", 3)\nt.Add(\"c\", 1)\nt\n```\n\n" +
		strings.Repeat("## Section\n\n"+strings.Repeat("Words in a paragraph that is long enough to fill the window. ", 20)+"\n\n", 6) +
		"```go\n//| label: score\nshow.Metric(view.Metric{Name: \"score\", Value: " + value + ", Unit: \"%\"})\n```\n\n" + last + "\n"
}

// A person opens the page, edits the file, sees the change, sorts, folds,
// scrolls, selects, interrupts a cell, sees an error and its repair.
func TestTheLivePage(t *testing.T) {
	p := look(t)
	w := startWatch(t, map[string]string{"notebooks/n.md": livePage("First words.", "0.5", "End.")})
	w.wait(`2 of 2 cells ran`)
	if err := chromedp.Do(p.tab, chromedp.Navigate(w.url)); err != nil {
		t.Fatal(err)
	}
	p.sees(`location.search === "" && document.querySelector("#live-list a")`)
	p.sees(`document.querySelector("[data-status=ok] .live-what").textContent === "up to date"`)
	p.picture("index")
	p.click("#live-list a")
	p.sees(`document.getElementById("live-state") && document.getElementById("live-state").textContent === "Up to date"`)

	// Sort the table, fold the code, mark a paragraph, scroll.
	p.click("#tbl-t .sort")
	p.click("#tbl-t details.code summary")
	p.sees(`!document.querySelector("#tbl-t details.code").open`)
	p.run(`
		const target = document.querySelectorAll("main h2")[3].nextElementSibling;
		getSelection().selectAllChildren(target);
		document.querySelectorAll("main h2")[3].scrollIntoView({ behavior: "instant" });
		window.marked = target;
		window.top3 = document.querySelectorAll("main h2")[3].getBoundingClientRect().top`)

	save(t, "notebooks/n.md", livePage("First words, and more of them.\n\nA new paragraph.\n\nAnother.", "0.5", "End."))
	p.sees(`document.body.innerText.includes("A new paragraph.")`)
	p.sees(`Math.abs(document.querySelectorAll("main h2")[3].getBoundingClientRect().top - window.top3) < 2`)
	p.sees(`getSelection().toString().startsWith("Words in a paragraph") && window.marked.isConnected`)
	p.sees(`!document.querySelector("#tbl-t details.code").open`)
	const order = `Array.from(document.querySelectorAll("#tbl-t tbody tr"), (r) => r.cells[0].textContent.trim()).join("")`
	p.sees(order + ` === "abc"`)
	p.sees(`document.getElementById("live-detail").textContent.startsWith("no cell ran")`)

	// An edited table keeps its order and its fold.
	save(t, "notebooks/n.md", strings.Replace(livePage("First words.", "0.5", "End."), `t.Add("c", 1)`, `t.Add("aa", 1)`, 1))
	p.sees(order + ` === "aaab"`)
	p.sees(`!document.querySelector("#tbl-t details.code").open && document.querySelector("#tbl-t [aria-sort=ascending]")`)

	// What moved.
	p.click("#live-toggle")
	save(t, "notebooks/n.md", livePage("First words.", "0.625", "End."))
	p.sees(`document.getElementById("live-moved").innerText.includes("50.0 % → 62.5 % +12.5 points")`)
	p.picture("moved")
	p.click("#live-toggle")

	// An error, with what was good left in place, and its repair.
	save(t, "notebooks/n.md", livePage("First words.", "missing", "End."))
	p.sees(`document.querySelector("#score .diagnostic") && document.querySelector("#score .diagnostic").textContent.includes("undefined: missing")`)
	p.sees(`document.querySelector("#score .metrics") && getComputedStyle(document.querySelector("#score .metrics")).opacity < 0.6`)
	p.run(`document.querySelector("#score").scrollIntoView({ behavior: "instant", block: "center" })`)
	p.picture("error")
	save(t, "notebooks/n.md", livePage("First words.", "0.75", "End."))
	p.sees(`!document.querySelector("#score .diagnostic") && document.querySelector("#score").innerText.includes("75.0")`)
	p.sees(`getComputedStyle(document.querySelector("#score .metrics")).opacity === "1"`)

	// A cell that takes long, and its interruption.
	const slow = "```go\n//| label: slow\nfmt.Println(\"at work\")\ntrace.Progress(ctx, \"folds\", 2, 5)\n<-ctx.Done()\n```"
	save(t, "notebooks/n.md", livePage("First words.", "0.75", slow))
	p.sees(`document.querySelector("#slow.live-running progress") && document.querySelector("#slow .live-log").textContent === "at work"`)
	p.sees(`document.querySelector("#slow .live-label").textContent === "folds 2 of 5" && /ms|s/.test(document.querySelector("#slow .live-time").textContent)`)
	p.run(`document.querySelector("#slow").scrollIntoView({ behavior: "instant", block: "center" })`)
	p.picture("running")
	p.click("#live-interrupt")
	p.sees(`document.getElementById("live-state").textContent === "Interrupted"`)
	save(t, "notebooks/n.md", livePage("First words.", "0.75", "End."))
	p.sees(`document.getElementById("live-state").textContent === "Up to date" && !document.querySelector("#slow")`)

	// A notebook that cannot be read keeps what it shows.
	save(t, "notebooks/n.md", "---\ntitle: [\n---\n")
	p.sees(`document.getElementById("live-state").textContent === "Errors" && document.getElementById("problems") && document.querySelector("#score .metrics")`)
	save(t, "notebooks/n.md", livePage("First words.", "0.75", "End."))
	p.sees(`document.getElementById("live-state").textContent === "Up to date" && !document.getElementById("problems")`)

	// The verb ends: the page says so and keeps what it shows.
	if err := w.end(); err != nil {
		t.Fatal(err)
	}
	p.sees(`document.getElementById("live-state").textContent === "Connection lost" && document.querySelector("#score .metrics")`)
}
