/**
 * Which IP addresses belong to the public internet, by IANA's special-purpose registries (RFC 6890). Invariant: an
 * address counts as public only if that is certain. Of IPv6 that is the allocated block (2000::/3), without the tunnels
 * in it that lead to IPv4 addresses.
 */
import { BlockList, isIP } from 'node:net';

const special = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8], // this network
  ['10.0.0.0', 8], // private
  ['100.64.0.0', 10], // shared by carriers
  ['127.0.0.0', 8], // loopback
  ['169.254.0.0', 16], // link-local, where clouds serve credentials
  ['172.16.0.0', 12], // private
  ['192.0.0.0', 24], // protocol assignments
  ['192.0.2.0', 24], // documentation
  ['192.88.99.0', 24], // 6to4 relays
  ['192.168.0.0', 16], // private
  ['198.18.0.0', 15], // benchmarks
  ['198.51.100.0', 24], // documentation
  ['203.0.113.0', 24], // documentation
  ['224.0.0.0', 4], // multicast
  ['240.0.0.0', 4], // reserved and broadcast
] as const) {
  special.addSubnet(network, prefix, 'ipv4');
}
for (const [network, prefix] of [
  ['2001::', 23], // protocol assignments, Teredo
  ['2001:db8::', 32], // documentation
  ['2002::', 16], // 6to4
  ['3fff::', 20], // documentation
] as const) {
  special.addSubnet(network, prefix, 'ipv6');
}
const allocated = new BlockList();
allocated.addSubnet('2000::', 3, 'ipv6');

/** @param address an IP address; any other text is not public. */
export const isPublicAddress = (address: string): boolean => {
  if (isIP(address) === 4) return !special.check(address, 'ipv4');
  // An IPv4 address in IPv6 form (::ffff:1.2.3.4) is outside the block.
  return isIP(address) === 6 && allocated.check(address, 'ipv6') && !special.check(address, 'ipv6');
};
