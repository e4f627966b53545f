package main

// standard lists the packages of the standard library that make sense in a
// cell: values, text, numbers, encodings, files. Servers, processes, the
// runtime's internals and unsafe do not.
var standard = []string{
	"archive/tar",
	"archive/zip",
	"bufio",
	"bytes",
	"cmp",
	"compress/bzip2",
	"compress/flate",
	"compress/gzip",
	"compress/zlib",
	"container/heap",
	"container/list",
	"container/ring",
	"context",
	"crypto/hmac",
	"crypto/md5",
	"crypto/rand",
	"crypto/sha1",
	"crypto/sha256",
	"crypto/sha512",
	"encoding",
	"encoding/base32",
	"encoding/base64",
	"encoding/binary",
	"encoding/csv",
	"encoding/hex",
	"encoding/json",
	"encoding/xml",
	"errors",
	"fmt",
	"hash",
	"hash/adler32",
	"hash/crc32",
	"hash/crc64",
	"hash/fnv",
	"hash/maphash",
	"html",
	"index/suffixarray",
	"io",
	"io/fs",
	"iter",
	"log",
	"log/slog",
	"maps",
	"math",
	"math/big",
	"math/bits",
	"math/cmplx",
	"math/rand",
	"math/rand/v2",
	"net/url",
	"os",
	"path",
	"path/filepath",
	"reflect",
	"regexp",
	"slices",
	"sort",
	"strconv",
	"strings",
	"sync",
	"sync/atomic",
	"text/scanner",
	"text/tabwriter",
	"text/template",
	"time",
	"unicode",
	"unicode/utf16",
	"unicode/utf8",
}

// gonum lists what cells may use of gonum beside mlkit.
var gonum = []string{
	"gonum.org/v1/gonum/floats",
	"gonum.org/v1/gonum/stat",
}

// instances lists generic functions that the tables hold instances of, for
// the types below or slices of them: functions over data alone, which run a
// hundred times faster compiled than from source. An instance is in the table
// of its package under a name such as _Sort_int.
var instances = map[string][]string{
	"cmp":    {"Compare", "Less"},
	"slices": {"BinarySearch", "Compact", "Compare", "Contains", "Equal", "Index", "IsSorted", "Max", "Min", "Reverse", "Sort"},
}

var instanceTypes = []string{"float64", "int", "string"}
