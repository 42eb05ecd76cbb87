package main

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"log"
	"os"
	"path/filepath"
	"time"
)

// image OUT.tar ROOT CONFIG NAME... writes the folder ROOT as an image of one
// layer, in the form that `docker save` has, for `ctr images import`. CONFIG is
// the image's config as JSON. Owners are root and times are zero, so the same
// input gives the same digest.
func image(args []string) {
	if len(args) < 4 {
		log.Fatal("usage: clustertool image OUT.tar ROOT CONFIG NAME...")
	}
	layer := tarOf(args[1])
	diffID := sum(layer)
	config := must(json.Marshal(map[string]any{
		"architecture": "amd64",
		"os":           "linux",
		"created":      "1970-01-01T00:00:00Z",
		"config":       json.RawMessage(args[2]),
		"rootfs":       map[string]any{"type": "layers", "diff_ids": []string{"sha256:" + diffID}},
	}))
	manifest := must(json.Marshal([]any{map[string]any{
		"Config": sum(config) + ".json", "RepoTags": args[3:], "Layers": []string{diffID + ".tar"},
	}}))
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, f := range []struct {
		name string
		data []byte
	}{{sum(config) + ".json", config}, {diffID + ".tar", layer}, {"manifest.json", manifest}} {
		check(w.WriteHeader(&tar.Header{Name: f.name, Mode: 0o644, Size: int64(len(f.data))}))
		must(w.Write(f.data))
	}
	check(w.Close())
	check(os.WriteFile(args[0], out.Bytes(), 0o644))
}

func tarOf(root string) []byte {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	check(filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
		check(err)
		name := must(filepath.Rel(root, path))
		info := must(os.Lstat(path))
		link, _ := os.Readlink(path)
		h := must(tar.FileInfoHeader(info, link))
		h.Name, h.ModTime = name, time.Unix(0, 0)
		h.Uid, h.Gid, h.Uname, h.Gname = 0, 0, "", ""
		if info.IsDir() {
			h.Name += "/"
		}
		check(w.WriteHeader(h))
		if info.Mode().IsRegular() {
			must(w.Write(must(os.ReadFile(path))))
		}
		return nil
	}))
	check(w.Close())
	return b.Bytes()
}

func sum(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

func must[T any](v T, err error) T {
	check(err)
	return v
}
