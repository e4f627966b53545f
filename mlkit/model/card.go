package model

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"go.yaml.in/yaml/v3"

	"viva/mlkit/view"
)

// Card says what a person must know before using a model. Metrics, data, options
// and seed are taken from the entry; an empty field leaves its section out, but
// for the limitations, of which a card without any says so.
type Card struct {
	// Task is the task as the Hugging Face hub names it, for example
	// "text-classification".
	Task string `json:"task,omitempty"`
	// Language is an ISO 639 code; "" means "en".
	Language string `json:"language,omitempty"`
	// License is an SPDX identifier or "other".
	License string   `json:"license,omitempty"`
	Tags    []string `json:"tags,omitempty"`
	// Summary says in a sentence or two what the model does.
	Summary     string `json:"summary,omitempty"`
	Description string `json:"description,omitempty"`
	// Use and OutOfScope say what it is for and what not.
	Use        string `json:"use,omitempty"`
	OutOfScope string `json:"outOfScope,omitempty"`
	// Limitations say where it fails, and Trust where it may be trusted.
	Limitations string `json:"limitations,omitempty"`
	Trust       string `json:"trust,omitempty"`
	// Training says how it was trained and validated.
	Training string `json:"training,omitempty"`
	Citation string `json:"citation,omitempty"`
}

// head is the card's YAML, in the form that the Hugging Face hub reads.
type head struct {
	Language string   `yaml:"language"`
	License  string   `yaml:"license,omitempty"`
	Library  string   `yaml:"library_name"`
	Task     string   `yaml:"pipeline_tag,omitempty"`
	Tags     []string `yaml:"tags,omitempty"`
	Datasets []string `yaml:"datasets,omitempty"`
	Metrics  []string `yaml:"metrics,omitempty"`
	Index    []index  `yaml:"model-index"`
}

type index struct {
	Name    string   `yaml:"name"`
	Results []result `yaml:"results"`
}

type result struct {
	Task    typed    `yaml:"task"`
	Dataset typed    `yaml:"dataset"`
	Metrics []scored `yaml:"metrics"`
}

type typed struct {
	Type string `yaml:"type"`
	Name string `yaml:"name,omitempty"`
}

type scored struct {
	Type  string  `yaml:"type"`
	Name  string  `yaml:"name"`
	Value float64 `yaml:"value"`
}

// measures are the names of metrics that the hub knows.
var measures = []string{"accuracy", "precision", "recall", "f1", "coherence", "perplexity"}

func measure(name string) string {
	lower := strings.ToLower(name)
	for _, m := range measures {
		if strings.Contains(lower, m) {
			return m
		}
	}
	return strings.ReplaceAll(strings.TrimSpace(strings.SplitN(lower, ",", 2)[0]), " ", "_")
}

func (c Card) markdown(s *Saved) ([]byte, error) {
	h := head{Language: c.Language, License: c.License, Library: "viva", Task: c.Task, Tags: c.Tags}
	if h.Language == "" {
		h.Language = "en"
	}
	task := c.Task
	if task == "" {
		task = s.Kind
	}
	r := result{Task: typed{Type: task}}
	for _, d := range s.Data {
		h.Datasets = append(h.Datasets, d.Name)
	}
	if len(s.Data) > 0 {
		r.Dataset = typed{Type: s.Data[0].Name, Name: strings.Join(h.Datasets, ", ")}
	}
	seen := map[string]bool{}
	for _, m := range s.Metrics {
		kind := measure(m.Name)
		if !seen[kind] {
			seen[kind] = true
			h.Metrics = append(h.Metrics, kind)
		}
		if !math.IsNaN(m.Value) && !math.IsInf(m.Value, 0) {
			r.Metrics = append(r.Metrics, scored{kind, m.Name, m.Value})
		}
	}
	h.Index = []index{{s.Name, []result{r}}}
	var b bytes.Buffer
	b.WriteString("---\n")
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := e.Encode(h); err != nil {
		return nil, err
	}
	fmt.Fprintf(&b, "---\n\n# %s\n\n", s.Name)
	paragraph := func(text string) {
		if text != "" {
			b.WriteString(strings.TrimSpace(text) + "\n\n")
		}
	}
	section := func(title string, texts ...string) {
		if strings.Join(texts, "") == "" {
			return
		}
		fmt.Fprintf(&b, "## %s\n\n", title)
		for _, t := range texts {
			paragraph(t)
		}
	}
	paragraph(c.Summary)
	section("Model details", c.Description, s.details())
	section("Uses", c.Use)
	section("Out-of-scope use", c.OutOfScope)
	limits := c.Limitations
	if limits == "" {
		limits = "None were written down, which does not mean that there are none."
	}
	section("Bias, risks and limitations", limits)
	section("Where it may be trusted", c.Trust)
	section("How to get started", "```sh\necho '{\"text\": \"…\"}' | go run ./cmd/run predict -model "+s.Name+"\n```")
	section("Training details", c.Training, s.dataText(), s.optionsText())
	section("Evaluation", s.metricsText(), s.changesText())
	section("Citation", c.Citation)
	return append(bytes.TrimSpace(b.Bytes()), '\n'), nil
}

func (s *Saved) details() string {
	text := fmt.Sprintf("- kind: %s\n- version: %s, of %s\n- seed: %d", s.Kind, s.Version, s.Created.Format("2006-01-02"), s.Seed)
	if s.Notebook != "" {
		text += "\n- trained by: " + s.Notebook
	}
	return text
}

func (s *Saved) dataText() string {
	if len(s.Data) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("| data | documents | fingerprint |\n|---|---|---|\n")
	for _, d := range s.Data {
		fmt.Fprintf(&b, "| %s | %d | `%s` |\n", escapeCell(d.Name), d.Documents, d.Fingerprint)
	}
	return b.String()
}

func (s *Saved) optionsText() string {
	if text := string(s.Options); text != "null" && text != "" {
		return "```json\n" + indented(text) + "\n```"
	}
	return ""
}

// indented is the options' JSON at the margin.
func indented(text string) string {
	var b bytes.Buffer
	if json.Indent(&b, []byte(text), "", "  ") != nil {
		return text
	}
	return b.String()
}

func (s *Saved) metricsText() string {
	if len(s.Metrics) == 0 {
		return "Nothing was measured."
	}
	var b strings.Builder
	fmt.Fprintf(&b, "| metric | value | %s | measured on |\n|---|---|---|---|\n", intervalHead(s.Metrics))
	for _, m := range s.Metrics {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", escapeCell(m.Name), m.Text(), cmp.Or(m.RangeText(), "–"), escapeCell(m.Detail))
	}
	return b.String()
}

// intervalHead names the column by the level of the intervals, if they have one.
func intervalHead(metrics []view.Metric) string {
	level := 0.0
	for _, m := range metrics {
		switch {
		case m.Interval == nil:
		case level == 0 || level == m.Interval.Level:
			level = m.Interval.Level
		default:
			return "interval"
		}
	}
	if level == 0 {
		return "interval"
	}
	return fmt.Sprintf("%.3g %% interval", 100*level)
}

func (s *Saved) changesText() string {
	if s.Previous == nil {
		return ""
	}
	if len(s.Changes) == 0 {
		return fmt.Sprintf("Every metric is as it was in version %s.", s.Previous.Version)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Against version %s of %s:\n\n", s.Previous.Version, s.Previous.Created.Format("2006-01-02"))
	writeTable(&b, s.Changes)
	return b.String()
}
