/** Why a line of a log matters; staff see these words. */
export type Sign = { reason: string; weight: number; pattern: string };

/**
 * What a line holds that says something went wrong; the first that fits names the reason, a higher weight
 * wins when there are too many. Patterns stay on one line and repeat nothing without a bound.
 */
export const errorSigns: readonly Sign[] = [
  {
    reason: "the graphical session did not start",
    weight: 10,
    pattern:
      "Error starting GDM|tails-gdm-failed-to-start|gdm[^\\n]{0,40}: (?:Failed with result|Main process exited)|GdmDisplay: [^\\n]{0,40}fail|Fatal server error|no screens found",
  },
  {
    reason: "the kernel failed",
    weight: 10,
    pattern:
      "Kernel panic|\\bOops: |kernel: BUG: |\\bBUG: unable|general protection fault|soft lockup|hung_task|blocked for more than",
  },
  { reason: "memory ran out", weight: 10, pattern: "Out of memory: |oom-kill|invoked oom-killer" },
  {
    reason: "reading or writing a disk failed",
    weight: 9,
    pattern:
      "I/O error|SQUASHFS error|EXT4-fs error|EXT4-fs [^\\n]{0,40}: error|FAT-fs [^\\n]{0,40}: error|Medium Error|uncorrectable|critical (?:medium|target) error|failed command: ",
  },
  {
    reason: "firmware is missing or failed",
    weight: 9,
    pattern:
      "firmware: failed to load|Direct firmware load for|no suitable firmware|[Ff]ailed to load [^\\n]{0,60}(?:firmware|ucode)|[Ff]irmware [^\\n]{0,60}(?:not found|failed|missing|crashed)|Microcode SW error|unable to load firmware",
  },
  {
    reason: "the graphics driver failed",
    weight: 9,
    pattern:
      "\\*ERROR\\*|GPU HANG|GPU fault|\\bring [^\\n]{0,30}timeout|(?:nouveau|amdgpu|radeon|i915)[^\\n]{0,60}(?:fail|error|unknown chipset)|\\(EE\\)",
  },
  {
    reason: "a program crashed",
    weight: 8,
    pattern: "segfault at|trap invalid opcode|traps: |dumped core|core dumped|code=dumped",
  },
  {
    reason: "Persistent Storage failed",
    weight: 8,
    pattern:
      "(?:tps|tpsd|tps-frontend|cryptsetup|fsck)[^\\n]{0,20}: [^\\n]{0,80}(?:[Ee]rror|ERROR|[Ff]ailed|WARNING)",
  },
  {
    reason: "the clock or Tor failed",
    weight: 7,
    pattern:
      "Problem bootstrapping|Our clock is|[Tt]or\\[\\d+\\]: [^\\n]{0,60}\\[(?:warn|err)\\]|Failed to (?:bootstrap|find node)|Proxy Client: unable|tca[^\\n]{0,20}: [^\\n]{0,80}(?:[Ee]rror|ERROR)",
  },
  {
    reason: "a USB device failed",
    weight: 7,
    pattern:
      "device descriptor read|device not accepting address|unable to enumerate USB|USB disconnect[^\\n]{0,20}error|xhci[^\\n]{0,60}(?:died|not responding|error)|over-current",
  },
  {
    reason: "a service failed",
    weight: 6,
    pattern:
      "Failed to start |Failed with result|entered failed state|Main process exited, code=exited|Dependency failed for|Job [^\\n]{1,80} timed out|Timed out waiting for",
  },
  {
    reason: "a program reported an error",
    weight: 5,
    pattern:
      "Traceback \\(most recent|\\b[A-Z][A-Za-z]{2,40}(?:Error|Exception): |\\bCRITICAL\\b|\\bERROR\\b|\\bFATAL\\b|<error>",
  },
  {
    reason: "the network had a problem",
    weight: 4,
    pattern:
      "<warn>|authentication with [^\\n]{0,60} timed out|deauthenticat|CTRL-EVENT-(?:ASSOC-REJECT|SSID-TEMP-DISABLED)|link timed out",
  },
  {
    reason: "something failed",
    weight: 2,
    pattern: "\\b[Ee]rror\\b|\\b[Ff]ail(?:ed|ure)\\b|\\b[Ff]atal\\b|[Tt]imed out",
  },
];
