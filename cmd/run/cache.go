package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"viva/runtime/store"
)

// cacheSettings are the flags of the cache verb.
type cacheSettings struct{ clean, check bool }

func (s *cacheSettings) flags() *flag.FlagSet {
	flags := flag.NewFlagSet("run cache", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.BoolVar(&s.clean, "clean", false, "")
	flags.BoolVar(&s.check, "check", false, "")
	return flags
}

// cache shows, checks or removes what was kept of earlier runs.
func cache(env environment, args []string) error {
	var s cacheSettings
	rest, err := parseArgs(s.flags(), args)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return usagef("cache takes no files: %q", rest[0])
	}
	dir := store.Default()
	if dir == "" {
		_, err := fmt.Fprintf(env.stdout, "nothing is kept: %s is %q\n", store.Environment, os.Getenv(store.Environment))
		return err
	}
	kept, err := store.Open(dir, store.Options{})
	if err != nil {
		return err
	}
	switch {
	case s.clean:
		before, err := kept.Stats()
		if err != nil {
			return err
		}
		if err := kept.Clean(); err != nil {
			return err
		}
		_, err = fmt.Fprintf(env.stdout, "removed %d results, %s\n", before.Entries, size(before.Bytes))
		return err
	case s.check:
		r, err := kept.Check()
		if err != nil {
			return err
		}
		fmt.Fprintf(env.stdout, "%d results, %s; %d damaged\n", r.Entries, size(r.Bytes), len(r.Damaged))
		for _, path := range r.Damaged {
			fmt.Fprintf(env.stderr, "%s: the entry is damaged; it will be computed again\n", filepath.ToSlash(path))
		}
		if len(r.Damaged) > 0 {
			return errFailed
		}
		return nil
	}
	st, err := kept.Stats()
	if err != nil {
		return err
	}
	printTable(env.stdout, [][]string{
		{"folder", filepath.ToSlash(kept.Dir())},
		{"results", fmt.Sprint(st.Entries)},
		{"size", size(st.Bytes) + " of " + size(st.Budget)},
		{"found", ofText(int(st.Hits), int(st.Hits+st.Misses))},
	})
	return nil
}

// size is a number of bytes for people.
func size(n int64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%d bytes", n)
}
