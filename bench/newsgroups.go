package main

import (
	"context"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"viva/mlkit/data"
	"viva/mlkit/text"
	"viva/mlkit/topic"
)

// newsgroupsPath is where the training or the test posts of 20 Newsgroups
// (bydate) are.
func newsgroupsPath(s settings, part string) string {
	return filepath.Join(s.data, "classification", "20newsgroups", "20news-bydate-"+part+".tar.gz")
}

// newsgroupWords returns the words of the training posts without headers, footers
// and quotes, as peers/topics_20ng.py cuts them; posts without words are left out.
func newsgroupWords(ctx context.Context, s settings) ([][]string, error) {
	posts, err := data.Open(ctx, newsgroupsPath(s, "train"), data.Options{Encoding: "latin1"})
	if err != nil {
		return nil, err
	}
	stop := map[string]bool{}
	for _, w := range text.EnglishStopWords() {
		stop[w] = true
	}
	word := regexp.MustCompile(`[a-z]{3,}`)
	var docs [][]string
	for _, post := range posts.Texts() {
		words := word.FindAllString(strings.ToLower(stripPost(post)), -1)
		if words = slices.DeleteFunc(words, func(w string) bool { return stop[w] }); len(words) > 0 {
			docs = append(docs, words)
		}
	}
	return docs, nil
}

// newsgroupBags counts them with the peer's vocabulary.
func newsgroupBags(docs [][]string) (*topic.Bags, error) {
	return topic.FromTokens(docs, topic.Words{MinDF: 10, MaxDF: 0.5})
}

var quoting = regexp.MustCompile(`writes in|writes:|wrote:|says:|said:|^In article|^Quoted from|^\||^>`)

// stripPost leaves out headers, then quotes, then the footer, by the rules of
// scikit-learn's fetch_20newsgroups and in the order of the peer's script. That
// function, and data.Options.Remove, look for the footer before the quotes, which
// leaves other words of some posts; here both sides must have the same.
func stripPost(post string) string {
	post = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(post)
	_, body, _ := strings.Cut(post, "\n\n")
	lines := strings.Split(body, "\n")
	lines = slices.DeleteFunc(lines, quoting.MatchString)
	body = strings.Join(lines, "\n")
	lines = strings.Split(strings.TrimSpace(body), "\n")
	for i := len(lines) - 1; i > 0; i-- {
		if strings.Trim(strings.TrimSpace(lines[i]), "-") == "" {
			return strings.Join(lines[:i], "\n")
		}
	}
	return body
}
