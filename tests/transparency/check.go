// What Go's own library for transparency logs says of ours: golang.org/x/mod/sumdb/{note,tlog}.
//
//	check ADDRESS VKEY OLDSIZE INDEX ENTRYFILE PROOFFILE
//
// It reads the checkpoint and the tiles over HTTP, checks the signature, makes the proofs that the entry is there and that
// the tree of OLDSIZE entries begins the present one, checks both, and reads the .tlog-proof in PROOFFILE.
package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io/ioutil"
	"net/http"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func must(err error, what string) {
	if err != nil {
		fmt.Printf("refused: %s: %v\n", what, err)
		os.Exit(1)
	}
}

func get(address string) []byte {
	answer, err := http.Get(address)
	must(err, "get")
	defer answer.Body.Close()
	body, err := ioutil.ReadAll(answer.Body)
	must(err, "read")
	if answer.StatusCode != 200 {
		must(fmt.Errorf("status %d", answer.StatusCode), address)
	}
	return body
}

type reader struct{ address string }

func (r reader) Height() int { return 8 }
func (r reader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, t := range tiles {
		// Go's own path has the height in it; tlog-tiles fixes the height at 8 and leaves it out.
		path := strings.Replace(t.Path(), "tile/8/", "tile/", 1)
		found = append(found, get(r.address+"/"+path))
	}
	return found, nil
}
func (r reader) SaveTiles(tiles []tlog.Tile, data [][]byte) {}

func open(text []byte, verifier note.Verifier) tlog.Tree {
	signed, err := note.Open(text, note.VerifierList(verifier))
	must(err, "signature")
	lines := strings.Split(signed.Text, "\n")
	if lines[0] != verifier.Name() {
		must(fmt.Errorf("%q", lines[0]), "origin")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err, "size")
	hash, err := tlog.ParseHash(lines[2])
	must(err, "root")
	return tlog.Tree{N: size, Hash: hash}
}

func main() {
	address, vkey := os.Args[1], os.Args[2]
	old, _ := strconv.ParseInt(os.Args[3], 10, 64)
	index, _ := strconv.ParseInt(os.Args[4], 10, 64)
	entry, err := ioutil.ReadFile(os.Args[5])
	must(err, "entry")
	verifier, err := note.NewVerifier(vkey)
	must(err, "key")
	tree := open(get(address+"/checkpoint"), verifier)
	hashes := tlog.TileHashReader(tree, reader{address})
	leaf := tlog.RecordHash(entry)

	record, err := tlog.ProveRecord(tree.N, index, hashes)
	must(err, "prove record")
	must(tlog.CheckRecord(record, tree.N, tree.Hash, index, leaf), "record")

	before, err := tlog.TreeHash(old, hashes)
	must(err, "old root")
	grown, err := tlog.ProveTree(tree.N, old, hashes)
	must(err, "prove tree")
	must(tlog.CheckTree(grown, tree.N, tree.Hash, old, before), "tree")

	bundle := get(fmt.Sprintf("%s/tile/entries/%03d%s", address, index/256, width(tree.N, index/256)))
	for at := index / 256 * 256; ; at++ {
		size := int(bundle[0])<<8 | int(bundle[1])
		if at == index {
			if !bytes.Equal(bundle[2:2+size], entry) {
				must(fmt.Errorf("another entry"), "bundle")
			}
			break
		}
		bundle = bundle[2+size:]
	}

	proof, err := ioutil.ReadFile(os.Args[6])
	must(err, "proof")
	parts := strings.SplitN(string(proof), "\n\n", 2)
	lines := strings.Split(parts[0], "\n")
	if lines[0] != "c2sp.org/tlog-proof@v1" {
		must(fmt.Errorf("%q", lines[0]), "proof")
	}
	stated := open([]byte(parts[1]), verifier)
	var path tlog.RecordProof
	var number int64 = -1
	for _, line := range lines[1:] {
		if strings.HasPrefix(line, "extra ") {
			continue
		}
		if strings.HasPrefix(line, "index ") {
			number, err = strconv.ParseInt(line[6:], 10, 64)
			must(err, "index")
			continue
		}
		raw, err := base64.StdEncoding.DecodeString(line)
		must(err, "hash")
		var hash tlog.Hash
		copy(hash[:], raw)
		path = append(path, hash)
	}
	must(tlog.CheckRecord(path, stated.N, stated.Hash, number, leaf), "proof")
	fmt.Printf("agreed: %d entries\n", tree.N)
}

func width(size, number int64) string {
	if size-number*256 >= 256 {
		return ""
	}
	return fmt.Sprintf(".p/%d", size-number*256)
}
