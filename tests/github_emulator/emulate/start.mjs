// Runs emulate's GitHub on loopback for backend/emulate_process.py, which sends the settings as the first line of standard input, then "reset" as
// often as it likes. It ends with its standard input, so that nothing is left behind when the tests are killed.
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { createEmulator } from "emulate";

const HOST = "127.0.0.1";

// emulate answers with its advertised address, which is the gateway's, so it does not report its port.
const freePort = () =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, HOST, () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });

let emulator;
for await (const line of createInterface({ input: process.stdin })) {
  if (emulator === undefined) {
    const { baseUrl, seed } = JSON.parse(line);
    const port = await freePort();
    emulator = await createEmulator({ service: "github", hostname: HOST, port, baseUrl, seed });
    console.log(port);
  } else {
    emulator.reset();
    console.log("reset");
  }
}
await emulator?.close();
