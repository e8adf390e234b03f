// What has to reach the server before this browser is left to somebody else. Each delivery tries for a few seconds and
// answers how many changes are still only here.
const deliveries = new Set();

export const deliverBeforeLeaving = (delivery) => {
  deliveries.add(delivery);
  return () => deliveries.delete(delivery);
};

export const deliverEverything = async () => {
  const left = await Promise.all([...deliveries].map((delivery) => delivery()));
  return left.reduce((sum, count) => sum + count, 0);
};
