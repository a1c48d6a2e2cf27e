/** All styles of Mantine's components: loaded with the first page or dialog that needs more than the overview. */
import '@mantine/core/styles.layer.css';
