// A bare Socket.IO server, what our own fan-out is compared with: whoever connects joins a room, each line that comes in
// is sent to everybody in its room.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(process.argv[2]);
const { Server } = require("socket.io");

const io = new Server({ transports: ["websocket"], serveClient: false, perMessageDeflate: false });
io.on("connection", (socket) => socket.join(socket.handshake.query.room));
io.listen(0);
console.log(io.httpServer.address().port);

createInterface({ input: process.stdin }).on("line", (line) => {
  const { room, data } = JSON.parse(line);
  io.to(room).emit("event", data);
});
