// Groups of processes over libtorch's c10d, for the managed side's C10dProcessGroup: Gloo for tensors in main memory, NCCL for those on
// GPUs. Each is compiled in where its headers are found (Debian: libgloo-dev; NVIDIA: nccl.h), and asked for by number at run time.
// Compiles against libtorch 1.13 and 2.x, whose constructors used here are the same.

#include <c10/util/Logging.h>
#include <torch/version.h>

#if __has_include(<gloo/rendezvous/store.h>) && __has_include(<torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>)
#ifndef USE_C10D_GLOO
#define USE_C10D_GLOO
#endif
#define DFT_GLOO 1
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#endif
#if defined(DFT_CUDA) && __has_include(<nccl.h>) && __has_include(<torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>)
#ifndef USE_C10D_NCCL
#define USE_C10D_NCCL
#endif
#define DFT_NCCL 1
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>
#endif

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "shim.h"

#if DFT_GLOO || DFT_NCCL
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#if TORCH_VERSION_MAJOR >= 2
#include <torch/csrc/distributed/c10d/Backend.hpp>
#else
#include <torch/csrc/distributed/c10d/ProcessGroup.hpp>
#endif
#define DFT_GROUPS 1
#endif

namespace {

constexpr int32_t kGloo = 0;
constexpr int32_t kNccl = 1;

#if DFT_GROUPS
#if TORCH_VERSION_MAJOR >= 2
using Group = c10d::Backend;
#else
using Group = c10d::ProcessGroup;
#endif

struct Held {
  c10::intrusive_ptr<Group> group;
};

// From 2.4 on the store would serve through libuv, which Debian's build lacks; the plain server speaks the same protocol, and a few
// processes do not need more. Older versions have no such choice.
template <class Options>
auto serve_plainly(Options& options, int) -> decltype(void(options.useLibUV)) {
  options.useLibUV = false;
}
template <class Options>
void serve_plainly(Options&, long) {}

// The tensors live as long as the work on them does.
struct Work {
  c10::intrusive_ptr<c10d::Work> work;
  std::vector<at::Tensor> tensors;
};

c10::intrusive_ptr<Group> make_group(int32_t backend, const c10::intrusive_ptr<c10d::Store>& store, int32_t rank, int32_t size,
                                     std::chrono::milliseconds timeout) {
  if (backend == kGloo) {
#if DFT_GLOO
    auto options = c10d::ProcessGroupGloo::Options::create(timeout);
    const char* interface = std::getenv("GLOO_SOCKET_IFNAME");
    options->devices.push_back(interface != nullptr ? c10d::ProcessGroupGloo::createDeviceForInterface(interface)
                                                    : c10d::ProcessGroupGloo::createDefaultDevice());
    return c10::make_intrusive<c10d::ProcessGroupGloo>(store, rank, size, options);
#else
    TORCH_CHECK(false, "it was compiled without Gloo; install libgloo-dev and build it again");
#endif
  }
  TORCH_CHECK(backend == kNccl, "unknown backend ", backend);
#if DFT_NCCL
  auto options = c10d::ProcessGroupNCCL::Options::create();
  options->timeout = timeout;
  return c10::make_intrusive<c10d::ProcessGroupNCCL>(store, rank, size, options);
#else
  TORCH_CHECK(false, "it was compiled without NCCL; its header nccl.h was not found");
#endif
}
#endif

}  // namespace

// Whether groups over tensors of this kind of device were compiled in (0: CPU, Gloo; 1: CUDA, NCCL).
DFT_EXPORT int32_t dft_group_available(int32_t backend) {
#if DFT_GLOO
  if (backend == kGloo) return 1;
#endif
#if DFT_NCCL
  if (backend == kNccl) return 1;
#endif
  return 0;
}

// Joins a group of `size` processes, of which this one is number `rank`. They meet at a TCP store on host:port, which rank 0 serves
// unless `served` says that somebody else does (torchrun's agent). Blocks until all are there, at most `timeout_ms`.
DFT_EXPORT int32_t dft_group_join(int32_t backend, const char* host, int32_t port, int32_t rank, int32_t size, int32_t served,
                                  const char* prefix, int64_t timeout_ms, void** group) {
  return guarded([&]() -> int32_t {
#if DFT_GROUPS
    static const bool quiet = (c10::initLogging(), true);  // TORCH_CPP_LOG_LEVEL is read by this alone, which Python calls for others
    (void)quiet;
    std::chrono::milliseconds timeout(timeout_ms);
    c10d::TCPStoreOptions options;
    options.port = static_cast<uint16_t>(port);
    options.isServer = rank == 0 && !served;
    options.numWorkers = size;
    options.waitWorkers = !served;
    options.timeout = timeout;
    serve_plainly(options, 0);
    auto store = c10::make_intrusive<c10d::TCPStore>(std::string(host), options);
    auto own = c10::make_intrusive<c10d::PrefixStore>(std::string(prefix), store);
    own->setTimeout(timeout);
    *group = new Held{make_group(backend, own, rank, size, timeout)};
    return 0;
#else
    TORCH_CHECK(false, "it was compiled without c10d; install libgloo-dev and build it again");
#endif
  }, -1);
}

// Begins to sum a tensor over all processes, in place: until dft_group_wait it must not be touched.
DFT_EXPORT int32_t dft_group_all_reduce(void* group, void* tensor, void** work) {
  return guarded([&]() -> int32_t {
#if DFT_GROUPS
    auto begun = std::make_unique<Work>();
    begun->tensors.push_back(borrow(tensor));
    begun->work = static_cast<Held*>(group)->group->allreduce(begun->tensors);
    *work = begun.release();
#endif
    return 0;
  }, -1);
}

// Begins to copy a tensor of the root process over everybody else's.
DFT_EXPORT int32_t dft_group_broadcast(void* group, void* tensor, int32_t root, void** work) {
  return guarded([&]() -> int32_t {
#if DFT_GROUPS
    auto begun = std::make_unique<Work>();
    begun->tensors.push_back(borrow(tensor));
    c10d::BroadcastOptions options;
    options.rootRank = root;
    begun->work = static_cast<Held*>(group)->group->broadcast(begun->tensors, options);
    *work = begun.release();
#endif
    return 0;
  }, -1);
}

// Waits for what was begun, and lets go of it, also where it failed.
DFT_EXPORT int32_t dft_group_wait(void* work) {
  return guarded([&]() -> int32_t {
#if DFT_GROUPS
    std::unique_ptr<Work> held(static_cast<Work*>(work));
    held->work->wait();
#endif
    return 0;
  }, -1);
}

// Leaves the group; not after a failure, when its threads may wait for peers that are gone.
DFT_EXPORT void dft_group_leave(void* group) {
#if DFT_GROUPS
  guarded([&]() -> int32_t { delete static_cast<Held*>(group); return 0; }, -1);
#endif
}
