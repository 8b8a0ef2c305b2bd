import { accessSync, constants, statfsSync } from "node:fs";

/**
 * For `dynamic_shared_memory_type` of PostgreSQL: containers often have no /dev/shm, or a very small one; then it keeps in
 * files what its processes share.
 */
export function sharedMemoryType(): "posix" | "mmap" {
  try {
    accessSync("/dev/shm", constants.W_OK);
    const { bavail, bsize } = statfsSync("/dev/shm");
    return bavail * bsize > 32e6 ? "posix" : "mmap";
  } catch {
    return "mmap";
  }
}
