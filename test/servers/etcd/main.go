// Command etcd is the server of that name. It is built from its library, because
// the module of its own main package asks for versions that do not go with
// Kubernetes'.
package main

import (
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
)

func main() {
	etcdmain.Main(os.Args)
}
