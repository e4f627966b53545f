package data_test

import (
	"context"
	"path"
	"testing"

	"viva/internal/publicdata"
	"viva/mlkit/data"
)

func BenchmarkOpen(b *testing.B) {
	for _, name := range []string{"classification/20newsgroups", "classification/reuters21578"} {
		b.Run(path.Base(name), func(b *testing.B) {
			dir := publicdata.Path(b, name)
			for b.Loop() {
				if _, err := data.Open(context.Background(), dir, data.Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
